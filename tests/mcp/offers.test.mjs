// What a client is offered, whatever the revision and the transport.
import { describe, test } from 'node:test';
import { assert, connect, request, revisions, transports, using } from './harness.mjs';

for (const revision of revisions) {
  for (const transport of transports) {
    describe(`${revision}, ${transport}`, () => {
      const how = { revision, transport };

      test('every tool says what it is, what it takes, what it gives and what it may do', () => using({ ...how, toolsets: 'all' }, async ({ client }) => {
        const { tools } = await client.listTools();
        assert.ok(tools.length > 10);
        for (const tool of tools) {
          assert.match(tool.name, /^[a-z]+(_[a-z]+)*$/);
          assert.ok(tool.title && tool.description.length > 20, tool.name);
          assert.equal(tool.inputSchema.type, 'object');
          assert.equal(tool.outputSchema.type, 'object');
          assert.equal(typeof tool.annotations.readOnlyHint, 'boolean');
          assert.equal(typeof tool.annotations.idempotentHint, 'boolean');
          assert.equal(tool.annotations.destructiveHint, false);
          assert.equal(tool.annotations.openWorldHint, false);
          const takesKey = 'idempotency_key' in tool.inputSchema.properties;
          assert.equal(takesKey, !tool.annotations.readOnlyHint, `${tool.name}: a key is for commands`);
        }
      }));

      test('only the core tools are offered unless the connection asks for more', async () => {
        const names = (toolsets) => using({ ...how, toolsets }, async ({ client }) => (await client.listTools()).tools.map((tool) => tool.name));
        const core = await names();
        const all = await names('all');
        assert.ok(core.length >= 8 && core.length <= 20, `${core.length} core tools: ${core}`);
        assert.ok(all.length > core.length);
        assert.ok(['send_message', 'check_inbox', 'read_message', 'reply_to_message', 'take_message', 'acknowledge_message'].every((name) => core.includes(name)), core.join());
        const issues = await names('core,issues');
        assert.ok(issues.length > core.length && issues.length < all.length);
      });

      test('a tool of a toolset that was not asked for says how to ask for it', () => using(how, async ({ client }) => {
        await assert.rejects(client.callTool({ name: 'list_keys', arguments: {} }), /toolset/);
      }));

      test('an unknown tool, prompt and resource are errors of the protocol', () => using(how, async ({ client }) => {
        await assert.rejects(client.callTool({ name: 'no_such_tool', arguments: {} }), (error) => error.code === -32602);
        await assert.rejects(client.getPrompt({ name: 'no_such_prompt' }), (error) => error.code === -32602);
        await assert.rejects(client.readResource({ uri: 'wigwag://nothing/here' }), (error) => [-32602, -32002].includes(error.code));
      }));

      test('the prompts for hand-off and for triage say what to do', () => using(how, async ({ client }) => {
        const { prompts } = await client.listPrompts();
        assert.deepEqual(prompts.map((prompt) => prompt.name).sort(), ['handoff', 'triage']);
        const handoff = await client.getPrompt({ name: 'handoff', arguments: { to: 'main/beads', issue: 'beads-a3f8' } });
        assert.match(handoff.messages[0].content.text, /main\/beads/);
        assert.match(handoff.messages[0].content.text, /beads-a3f8/);
        const triage = await client.getPrompt({ name: 'triage' });
        assert.match(triage.messages[0].content.text, /take it/);
        await assert.rejects(client.getPrompt({ name: 'handoff' }), /needs the argument 'to'/);
      }));

      test('resources are listed as templates, and pending work as one', () => using(how, async ({ client }) => {
        const { resourceTemplates } = await client.listResourceTemplates();
        assert.deepEqual(
          resourceTemplates.map((template) => template.uriTemplate).sort(),
          ['wigwag://agents/{+project}', 'wigwag://inbox/{+project}', 'wigwag://issue/{issue}', 'wigwag://thread/{+thread}'],
        );
        const { resources } = await client.listResources();
        assert.ok(resources.some((resource) => resource.uri === 'work://pending'));
      }));

      test('the server says who it is and how to begin', () => using(how, async ({ client }) => {
        assert.equal(client.getServerVersion().name, 'wigwag');
        assert.match(client.getInstructions(), /inbox/);
        assert.ok(client.getServerCapabilities().resources.subscribe);
      }));
    });
  }
}

test('an unknown toolset is refused with those that there are', async () => {
  const { status, message } = await request('tools/list', {}, { path: '/mcp?toolsets=nonsense' });
  assert.equal(status, 400);
  assert.match(message.error.message, /nonsense.*core/);
});

test('a list may be kept for a while, and is for its caller alone', async () => {
  const { message } = await request('tools/list');
  assert.ok(message.result.ttlMs > 0);
  assert.equal(message.result.cacheScope, 'private');
});
