// What every script here needs: the server's address, a client of each revision on each transport, and people to be.
//
//   WIGWAG_TEST_URL       http://127.0.0.1:PORT of a server that runs with --auth none
//   WIGWAG_PROGRAM   a JSON array, the command line that runs wigwag, for the stdio transport; unset leaves that out
//   WIGWAG_HOME      the server's home, for the stdio transport
import assert from 'node:assert/strict';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

export const url = process.env.WIGWAG_TEST_URL;
export const program = process.env.WIGWAG_PROGRAM ? JSON.parse(process.env.WIGWAG_PROGRAM) : null;

const me = { name: 'wigwag-tests', version: '1.0.0' };

/** The revisions that the two generations of the TypeScript SDK speak. */
export const sessions = 'sessions (2025-11-25)';
export const stateless = 'stateless (2026-07-28)';
export const revisions = [sessions, stateless];

/** The ways to connect: over HTTP always, over standard input and output where the program is given. */
export const transports = program ? ['http', 'stdio'] : ['http'];

/**
 * A connected client that speaks as an agent.
 * @param {{ revision?: string, transport?: string, agent?: string, toolsets?: string, directory?: string, headers?: object, env?: object }} how
 */
export async function connect({ revision = stateless, transport = 'http', agent, toolsets, directory, headers = {}, env = {} } = {}) {
  const old = revision === sessions;
  const client = old ? new OldClient(me) : new Client(me, { versionNegotiation: { mode: { pin: '2026-07-28' } } });
  const changed = [];
  const waiting = [];
  const onChange = (notification) => {
    changed.push(notification.params.uri);
    waiting.splice(0).forEach((wake) => wake());
  };
  client.setNotificationHandler(old ? ResourceUpdatedNotificationSchema : 'notifications/resources/updated', onChange);
  if (transport === 'http') {
    const address = new URL('/mcp', url);
    if (toolsets) {
      address.searchParams.set('toolsets', toolsets);
    }
    const options = { requestInit: { headers: agent ? { 'Wigwag-Agent': agent, ...headers } : headers } };
    await client.connect(old ? new OldHttp(address, options) : new StreamableHTTPClientTransport(address, options));
  } else {
    const [command, ...rest] = program;
    const options = {
      command,
      args: [...rest, 'mcp', ...(toolsets ? ['--toolsets', toolsets] : []), ...(agent ? ['--as', agent] : [])],
      env: { ...process.env, ...env },
      cwd: directory,
      stderr: 'inherit',
    };
    await client.connect(old ? new OldStdio(options) : new StdioClientTransport(options));
  }
  return {
    client,
    changed,
    /** The structured answer of a tool; a refusal throws with its fields. */
    async call(name, args = {}) {
      const result = await client.callTool({ name, arguments: args });
      if (result.isError) {
        throw Object.assign(new Error(result.structuredContent?.error?.message ?? result.content[0].text), { refusal: result.structuredContent?.error, result });
      }
      return result.structuredContent;
    },
    /** Subscribes the way the revision has it. */
    async watch(...uris) {
      if (old) {
        for (const uri of uris) {
          await client.subscribeResource({ uri });
        }
        return { close: async () => Promise.all(uris.map((uri) => client.unsubscribeResource({ uri }))) };
      }
      return client.listen({ resourceSubscriptions: uris });
    },
    /** Returns when the client was told that the resource changed. */
    async told(uri, milliseconds = 10_000) {
      const end = AbortSignal.timeout(milliseconds);
      while (!changed.includes(uri)) {
        await new Promise((resolve, reject) => {
          waiting.push(resolve);
          end.addEventListener('abort', () => reject(new Error(`not told of ${uri}; told of ${JSON.stringify(changed)}`)), { once: true });
        });
      }
      changed.splice(changed.indexOf(uri), 1);
    },
    close: () => client.close(),
  };
}

/** Runs the body with a client and closes it whatever happens. */
export async function using(how, body) {
  const connection = await connect(how);
  try {
    return await body(connection);
  } finally {
    await connection.close();
  }
}

/** One HTTP request to /mcp as a plain client makes it; the JSON-RPC messages of the answer. */
export async function post(body, headers = {}, path = '/mcp') {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  const messages = response.headers.get('content-type')?.startsWith('text/event-stream')
    ? text.split('\n').filter((line) => line.startsWith('data: ')).map((line) => JSON.parse(line.slice(6)))
    : text ? [JSON.parse(text)] : [];
  return { status: response.status, headers: response.headers, messages, message: messages.at(-1) };
}

/** A request of the stateless revision with the headers that mirror it. */
export function request(method, params = {}, { id = 1, headers = {}, path } = {}) {
  const name = params.name ?? params.uri;
  return post(
    {
      jsonrpc: '2.0',
      id,
      method,
      params: { ...params, _meta: { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {}, ...params._meta } },
    },
    { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...(name ? { 'Mcp-Name': name } : {}), ...headers },
    path,
  );
}

/** A new agent of a new project, known to the server. */
let people = 0;
export async function someone(project = `p${process.pid}x${++people}`, workspace = `w${++people}`) {
  const agent = `${workspace}/${project}`;
  await using({ agent: undefined }, async ({ call }) => {
    await call('register_agent', { agent, project: `github.com/tests/${project}`, operator_name: 'Test', operator_email: 'test@example.org' });
  });
  return { agent, project: `github.com/tests/${project}`, short: project };
}

export { assert };
