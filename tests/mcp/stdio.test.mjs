// wigwag mcp: the bridge between a client's standard streams and the server.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, describe, test } from 'node:test';
import { assert, connect, program, request, revisions, sessions, someone, using } from './harness.mjs';

/** The bridge as a bare process, one JSON message a line. */
function bridge({ agent, args = [], env = {} } = {}) {
  const [command, ...rest] = program;
  const process_ = spawn(command, [...rest, 'mcp', ...args, ...(agent ? ['--as', agent] : [])], { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = [];
  const waiting = new Set();
  createInterface({ input: process_.stdout }).on('line', (line) => {
    lines.push(JSON.parse(line));
    waiting.forEach((look) => look());
  });
  const exited = new Promise((resolve) => process_.on('exit', (code) => resolve(code)));
  return {
    process: process_,
    lines,
    exited,
    say: (message) => process_.stdin.write(`${JSON.stringify(message)}\n`),
    end: () => process_.stdin.end(),
    heard: (matches, milliseconds = 20_000) => new Promise((resolve, reject) => {
      const late = setTimeout(() => { waiting.delete(look); reject(new Error(`not heard; heard ${JSON.stringify(lines)}`)); }, milliseconds);
      const look = () => {
        const found = lines.find(matches);
        if (found) {
          clearTimeout(late);
          waiting.delete(look);
          resolve(found);
        }
      };
      waiting.add(look);
      look();
    }),
  };
}

const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} };
const initialize = { jsonrpc: '2.0', id: 0, method: 'initialize', params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'by-hand', version: '1' } } };

describe('the bridge', { skip: !program }, () => {
  test('answers what was piped in and ends when its input does', async () => {
    const wigwag = bridge();
    wigwag.say(initialize);
    wigwag.say({ jsonrpc: '2.0', method: 'notifications/initialized' });
    wigwag.say({ jsonrpc: '2.0', id: 'list', method: 'tools/list', params: {} });
    wigwag.end();
    assert.equal(await wigwag.exited, 0);
    assert.deepEqual(wigwag.lines.map((line) => line.id), [0, 'list']);
    assert.ok(wigwag.lines[1].result.tools.length > 5);
  });

  test('says on standard output what MCP says and nothing else', async () => {
    const wigwag = bridge();
    wigwag.process.stdin.write('this is not JSON\n\n[]\n42\n');
    wigwag.say({ jsonrpc: '2.0', id: 1, method: 'server/discover', params: { _meta: meta } });
    await wigwag.heard((line) => line.id === 1);
    wigwag.end();
    assert.equal(await wigwag.exited, 0);
    assert.ok(wigwag.lines.every((line) => line.jsonrpc === '2.0'));
    assert.equal(wigwag.lines.filter((line) => line.error?.code === -32700).length, 3);
  });

  test('keeps 1 and "1" apart, and answers many requests at once', async () => {
    const wigwag = bridge();
    const ids = [1, '1', ...Array.from({ length: 50 }, (_, i) => 100 + i)];
    for (const id of ids) {
      wigwag.say({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: `unknown-${typeof id}-${id}`, arguments: {}, _meta: meta } });
    }
    for (const id of ids) {
      const answer = await wigwag.heard((line) => line.id === id);
      assert.ok(answer.error.message.includes(`unknown-${typeof id}-${id}`));
    }
    wigwag.end();
    await wigwag.exited;
  });

  test('a request that its client gave up is not answered', async () => {
    const beads = await someone();
    const wigwag = bridge({ agent: beads.agent });
    wigwag.say({ jsonrpc: '2.0', id: 'wait', method: 'tools/call', params: { name: 'wait_for_messages', arguments: { timeout: 300 }, _meta: meta } });
    wigwag.say({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'wait', _meta: meta } });
    wigwag.say({ jsonrpc: '2.0', id: 'after', method: 'tools/list', params: { _meta: meta } });
    await wigwag.heard((line) => line.id === 'after');
    wigwag.end();
    assert.equal(await wigwag.exited, 0);
    assert.ok(!wigwag.lines.some((line) => line.id === 'wait'));
  });

  test('a refusal before MCP, such as an unknown toolset, is an answer with its reason', async () => {
    const wigwag = bridge({ args: ['--toolsets', 'nonsense'] });
    wigwag.say({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } });
    const answer = await wigwag.heard((line) => line.id === 1);
    assert.match(answer.error.message, /nonsense/);
    wigwag.end();
    await wigwag.exited;
  });
});
