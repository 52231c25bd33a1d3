// A server that stops and comes back under connected clients. WIGWAG_HOME is one of the test's own here: the bridge starts the
// server in it, and `wigwag stop` stops it.
import { spawnSync } from 'node:child_process';
import { describe, test } from 'node:test';
import { assert, connect, program, revisions } from './harness.mjs';

const env = { WIGWAG_HOME: process.env.WIGWAG_RESTART_HOME };

function wigwag(...args) {
  const [command, ...rest] = program;
  const result = spawnSync(command, [...rest, ...args], { env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60_000 });
  assert.equal(result.status, 0, `wigwag ${args.join(' ')}: ${result.stderr}`);
  return result.stdout;
}

describe('a restart of the server', { skip: !program || !env.WIGWAG_HOME }, () => {
  for (const revision of revisions) {
    test(`is not noticed by a client over standard input and output, ${revision}`, async () => {
      const name = revision.startsWith('stateless') ? 'new' : 'old';
      const as = (agent) => ({ revision, transport: 'stdio', agent, env });
      const setup = await connect({ revision, transport: 'stdio', env });
      for (const agent of [`a/${name}one`, `b/${name}two`]) {
        await setup.call('register_agent', { agent, project: `github.com/tests/${agent.split('/')[1]}` });
      }
      await setup.close();
      const [one, two] = [await connect(as(`a/${name}one`)), await connect(as(`b/${name}two`))];
      const inbox = `wigwag://inbox/github.com/tests/${name}two`;
      await two.watch(inbox);
      await one.call('send_message', { to: `${name}two`, subject: 'Before', body: '…' });
      await two.told(inbox);

      wigwag('stop');
      const sent = await one.call('send_message', { to: `${name}two`, subject: 'After', body: '…' });
      assert.ok(sent.message_id);
      await two.told(inbox, 30_000);
      const { messages } = await two.call('check_inbox');
      assert.deepEqual(messages.map((message) => message.subject), ['After', 'Before']);
      await one.close();
      await two.close();
    });
  }
});
