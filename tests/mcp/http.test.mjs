// Streamable HTTP as the specification's revisions have it, spoken by hand.
import { describe, test } from 'node:test';
import { assert, connect, post, request, sessions as older, someone, url } from './harness.mjs';

const initialize = (version, id = 1) => ({
  jsonrpc: '2.0', id, method: 'initialize', params: { protocolVersion: version, capabilities: {}, clientInfo: { name: 'by-hand', version: '1' } },
});

async function open(version = '2025-11-25', headers = {}) {
  const { status, headers: answered, message } = await post(initialize(version), headers);
  assert.equal(status, 200);
  const session = answered.get('mcp-session-id');
  const inSession = { 'Mcp-Session-Id': session, ...(version === '2025-03-26' ? {} : { 'MCP-Protocol-Version': version }), ...headers };
  assert.equal((await post({ jsonrpc: '2.0', method: 'notifications/initialized' }, inSession)).status, 202);
  return { session, inSession, version: message.result.protocolVersion };
}

const list = (id = 2) => ({ jsonrpc: '2.0', id, method: 'tools/list', params: {} });

describe('revisions', () => {
  for (const version of ['2025-03-26', '2025-06-18', '2025-11-25']) {
    test(`${version} is agreed on and served`, async () => {
      const { inSession, version: agreed } = await open(version);
      assert.equal(agreed, version);
      const { message } = await post(list(), inSession);
      assert.ok(message.result.tools.length > 0);
    });
  }

  test('2026-07-28 is discovered and served without a session', async () => {
    const { message, headers } = await request('server/discover');
    assert.deepEqual(message.result.supportedVersions, ['2026-07-28']);
    assert.equal(headers.get('mcp-session-id'), null);
    assert.ok((await request('tools/list')).message.result.tools.length > 0);
  });

  test('a revision that is not spoken is refused with those that are', async () => {
    const unknown = await request('tools/list', { _meta: { 'io.modelcontextprotocol/protocolVersion': '2030-01-01' } }, { headers: { 'MCP-Protocol-Version': '2030-01-01' } });
    assert.equal(unknown.status, 400);
    assert.equal(unknown.message.error.code, -32022);
    assert.deepEqual(unknown.message.error.data, { supported: ['2026-07-28'], requested: '2030-01-01' });
    assert.equal((await post(list(), { 'MCP-Protocol-Version': '1999-01-01' })).status, 400);
  });

  test('several messages in one request are answered in 2025-03-26 and refused since', async () => {
    const { inSession } = await open('2025-03-26');
    const { messages } = await post([list('a'), { jsonrpc: '2.0', id: 'b', method: 'ping' }, { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } }], inSession);
    assert.deepEqual(messages.map((message) => message.id).sort(), ['a', 'b']);
    const newer = await open('2025-06-18');
    assert.equal((await post([list()], newer.inSession)).status, 400);
    assert.equal((await post([], inSession)).status, 400);
  });
});

describe('headers that mirror the body', () => {
  const call = (headers) => request('tools/call', { name: 'check_inbox', arguments: {} }, { headers });

  test('what they say differently is refused before anything is done', async () => {
    for (const headers of [
      { 'Mcp-Method': 'tools/list' }, { 'Mcp-Method': 'TOOLS/CALL' }, { 'Mcp-Name': 'send_message' }, { 'Mcp-Name': 'CHECK_INBOX' },
      { 'Mcp-Name': '=?base64?c2VuZF9tZXNzYWdl?=' }, { 'Mcp-Name': '=?base64?!!?=' }, { 'MCP-Protocol-Version': '2025-11-25' },
      { 'Mcp-Method': '' }, { 'Mcp-Name': '' },
    ]) {
      const { status, message } = await call(headers);
      assert.equal(status, 400, JSON.stringify(headers));
      assert.equal(message.error.code, -32020, JSON.stringify(headers));
      assert.equal(message.id, 1);
    }
  });

  test('an encoded name is decoded before it is compared', async () => {
    const { status } = await call({ 'Mcp-Name': `=?base64?${Buffer.from('check_inbox').toString('base64')}?=` });
    assert.equal(status, 200);
  });
});

describe('sessions', () => {
  test('a session is known to the one who opened it and to nobody else', async () => {
    const [ann, bob] = [await someone(), await someone()];
    const { inSession } = await open('2025-11-25', { 'Wigwag-Agent': ann.agent });
    assert.equal((await post(list(), inSession)).status, 200);
    for (const stranger of [{ 'Wigwag-Agent': bob.agent }, {}]) {
      const { 'Wigwag-Agent': _, ...without } = inSession;
      assert.equal((await post(list(), { ...without, ...stranger })).status, 404);
      const stream = await fetch(new URL('/mcp', url), { headers: { accept: 'text/event-stream', ...without, ...stranger } });
      assert.equal(stream.status, 404);
      const end = await fetch(new URL('/mcp', url), { method: 'DELETE', headers: { ...without, ...stranger } });
      assert.equal(end.status, 404);
    }
    assert.equal((await post(list(), inSession)).status, 200);
  });

  test('session names are long, random and never the same', async () => {
    const names = await Promise.all(Array.from({ length: 20 }, async () => (await open()).session));
    assert.equal(new Set(names).size, 20);
    assert.ok(names.every((name) => Buffer.from(name, 'base64url').length >= 16));
  });

  test('an ended session is gone, one that never was is not found, and none is asked for', async () => {
    const { inSession } = await open();
    assert.ok((await fetch(new URL('/mcp', url), { method: 'DELETE', headers: inSession })).ok);
    assert.equal((await post(list(), inSession)).status, 404);
    assert.equal((await post(list(), { 'Mcp-Session-Id': 'AAAAAAAAAAAAAAAAAAAAAA', 'MCP-Protocol-Version': '2025-11-25' })).status, 404);
    assert.equal((await post(list(), { 'MCP-Protocol-Version': '2025-11-25' })).status, 400);
  });

  test('a session opens its stream of notifications again and again, and a second one beside it', async () => {
    const { inSession } = await open();
    const listen = () => fetch(new URL('/mcp', url), { headers: { accept: 'text/event-stream', ...inSession } });
    for (let i = 0; i < 3; i++) {
      const stream = await listen();
      assert.equal(stream.status, 200);
      await stream.body.cancel();
    }
    const [first, second] = [await listen(), await listen()];
    assert.deepEqual([first.status, second.status], [200, 200]);
    await first.body.cancel();
    await second.body.cancel();
  });

  test('the end of one session of an agent leaves it to the other', async () => {
    const { agent } = await someone();
    const show = () => request('tools/call', { name: 'show_agent', arguments: { agent } }, { path: '/mcp?toolsets=all' });
    const sessions = async () => (await show()).message.result.structuredContent.sessions.filter(({ session }) => session.startsWith('mcp:')).length;
    const before = await sessions();
    const one = await connect({ revision: older, agent });
    const two = await connect({ revision: older, agent });
    await one.client.listTools();
    await two.client.listTools();
    while ((await sessions()) < before + 2);
    await one.client.transport.terminateSession();
    await one.close();
    assert.equal(await sessions(), before + 1);
    assert.equal((await show()).message.result.structuredContent.presence, 'online');
    await two.close();
  });

  test('one who comes back after a lost stream is told what may have changed meanwhile', async () => {
    const [vc, beads] = [await someone(), await someone()];
    const { inSession } = await open('2025-11-25', { 'Wigwag-Agent': beads.agent });
    const uri = `wigwag://inbox/${beads.project}`;
    await post({ jsonrpc: '2.0', id: 3, method: 'resources/subscribe', params: { uri } }, inSession);
    await request('tools/call', { name: 'send_message', arguments: { to: beads.short, subject: 'While you were away', body: '…' } }, { headers: { 'Wigwag-Agent': vc.agent } });
    const stream = await fetch(new URL('/mcp', url), { headers: { accept: 'text/event-stream', ...inSession } });
    const reader = stream.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes('notifications/resources/updated')) {
      const { value, done } = await reader.read();
      assert.ok(!done, 'the stream ended');
      text += value;
    }
    assert.ok(text.includes(uri));
    await reader.cancel();
  });
});

describe('requests', () => {
  test('200 clients with the same ids get their own answers', async () => {
    const names = Array.from({ length: 200 }, (_, i) => `unknown-tool-${i}`);
    const inSessions = await Promise.all(names.slice(0, 100).map(() => open()));
    for (let round = 0; round < 5; round++) {
      await Promise.all(names.map(async (name, i) => {
        const { message } = i < 100
          ? await post({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name, arguments: {} } }, inSessions[i].inSession)
          : await request('tools/call', { name, arguments: {} }, { id: 7 });
        assert.equal(message.id, 7);
        assert.ok(message.error.message.includes(`'${name}'`), `${name} got ${message.error.message}`);
      }));
    }
  });

  test('within one session each answer goes to the request that asked', async () => {
    const { inSession } = await open();
    await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      const { message } = await post({ jsonrpc: '2.0', id: 1000 + i, method: 'tools/call', params: { name: `unknown-${i}`, arguments: {} } }, inSession);
      assert.equal(message.id, 1000 + i);
      assert.ok(message.error.message.includes(`'unknown-${i}'`));
    }));
  });

  test('what is no JSON-RPC is refused in kind', async () => {
    for (const body of ['', '{', '[1]', '"x"', '{}', 'null', '{"jsonrpc":"1.0","id":1,"method":"ping"}', '['.repeat(500)]) {
      const { status, message } = await post(body);
      assert.equal(status, 400, body);
      assert.ok([-32700, -32600, -32000].includes(message.error.code), body);
    }
  });

  test('a client must take both forms of an answer', async () => {
    assert.equal((await post(initialize('2025-11-25'), { accept: 'application/json' })).status, 406);
    assert.equal((await fetch(new URL('/mcp', url), { headers: { accept: 'application/json' } })).status, 406);
  });

  test('since 2026-07-28 there are no streams and no sessions to end', async () => {
    for (const method of ['GET', 'DELETE']) {
      const { status } = await fetch(new URL('/mcp', url), { method, headers: { accept: 'text/event-stream', 'MCP-Protocol-Version': '2026-07-28' } });
      assert.equal(status, 405);
    }
  });

  test('a command repeated with the header Idempotency-Key is done once', async () => {
    const [vc, beads] = [await someone(), await someone()];
    const send = () => request(
      'tools/call', { name: 'send_message', arguments: { to: beads.short, subject: 'Once', body: '…' } }, { headers: { 'Wigwag-Agent': vc.agent, 'Idempotency-Key': `h-${beads.short}` } },
    );
    const ids = (await Promise.all([send(), send(), send()])).map(({ message }) => message.result.structuredContent.message_id);
    assert.ok(ids[0] && ids.every((id) => id === ids[0]));
  });

  test('a subscription ends with its request', async () => {
    const beads = await someone();
    const uri = `wigwag://inbox/${beads.project}`;
    const body = JSON.stringify({
      jsonrpc: '2.0', id: 'sub-1', method: 'subscriptions/listen',
      params: { notifications: { resourceSubscriptions: [uri] }, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} } },
    });
    const gone = new AbortController();
    const response = await fetch(new URL('/mcp', url), {
      method: 'POST', body, signal: gone.signal,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': 'subscriptions/listen', 'Wigwag-Agent': beads.agent },
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await reader.read();
    const acknowledged = JSON.parse(value.split('\n').find((line) => line.startsWith('data: ')).slice(6));
    assert.equal(acknowledged.method, 'notifications/subscriptions/acknowledged');
    assert.deepEqual(acknowledged.params.notifications, { resourceSubscriptions: [uri] });
    assert.equal(acknowledged.params._meta['io.modelcontextprotocol/subscriptionId'], 'sub-1');
    gone.abort();
    await assert.rejects(reader.read());
    assert.equal((await request('tools/list')).status, 200);
  });
});
