// The Inspector's command line, as its users run it.
import { spawn } from 'node:child_process';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { assert, program, someone, url } from './harness.mjs';

const inspector = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/clients/launcher/build/index.js', import.meta.url));

/** Runs the Inspector; what it printed, as JSON. */
function inspect(target, ...args) {
  const child = spawn(process.execPath, [inspector, '--cli', ...target, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => { out += text; });
  child.stderr.on('data', (text) => { err += text; });
  return new Promise((resolve, reject) => child.on('exit', (code) => {
    try {
      assert.equal(code, 0, `${args.join(' ')} exited with ${code}: ${err}${out}`);
      resolve({ answer: JSON.parse(out), err });
    } catch (error) {
      reject(error);
    }
  }));
}

const targets = { http: () => [new URL('/mcp?toolsets=all', url).href, '--transport', 'http'] };
if (program) {
  // Of the environment, a client over standard streams passes on what it is told to.
  targets.stdio = () => [...program, 'mcp', '--toolsets', 'all', '-e', `WIGWAG_HOME=${process.env.WIGWAG_HOME}`];
}

for (const [transport, target] of Object.entries(targets)) {
  describe(`the Inspector over ${transport}`, () => {
    test('lists the tools and finds nothing wrong with their schemas', async () => {
      const { answer, err } = await inspect(target(), '--method', 'tools/list', '--strict');
      assert.ok(answer.tools.length > 10);
      assert.ok(!/error/i.test(err), err);
    });

    test('calls a tool', async () => {
      const { answer } = await inspect(target(), '--method', 'tools/call', '--tool-name', 'list_projects');
      assert.ok(Array.isArray(answer.structuredContent.projects));
    });

    test('lists and reads resources, and gets a prompt', async () => {
      const { answer: list } = await inspect(target(), '--method', 'resources/list');
      assert.ok(list.resources.some((resource) => resource.uri === 'work://pending'));
      const beads = await someone();
      const { answer: read } = await inspect(target(), '--method', 'resources/read', '--uri', `wigwag://agents/${beads.project}`);
      assert.match(read.contents[0].text, new RegExp(beads.agent));
      const { answer: prompt } = await inspect(target(), '--method', 'prompts/get', '--prompt-name', 'handoff', '--prompt-args', 'to=main/beads');
      assert.match(prompt.messages[0].content.text, /main\/beads/);
    });
  });
}
