const { assert, run } = require('./common.cjs');
const { ChatOpenAI } = require('@langchain/openai');
const { z } = require('zod');

const { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey } = process.env;
const model = new ChatOpenAI({ model: 'gpt-4o-mini', apiKey, configuration: { baseURL } });
const messages = [['system', 'Be brief.'], ['human', 'Write three lines about the sea.']];

run(async () => {
  const plain = await model.invoke(messages);
  assert.ok(plain.content.length > 0);
  assert.ok(plain.usage_metadata.input_tokens > 0 && plain.usage_metadata.output_tokens > 0);

  let whole;
  let pieces = 0;
  for await (const piece of await model.stream(messages)) {
    whole = whole?.concat(piece) ?? piece;
    pieces++;
  }
  assert.ok(pieces > 3, `${pieces} pieces`);
  assert.equal(whole.content, plain.content);
  assert.equal(whole.usage_metadata.output_tokens, plain.usage_metadata.output_tokens);
  assert.equal(whole.response_metadata.finish_reason, 'stop');

  const schema = z.object({ title: z.string(), mood: z.enum(['calm', 'wild']) });
  const structured = await model.withStructuredOutput(schema, { name: 'poem' }).invoke(messages);
  assert.ok(schema.safeParse(structured).success);
  const called = await model.bindTools([{ type: 'function', function: { name: 'note', description: 'Notes it.', parameters: { type: 'object', properties: { what: { type: 'string' } }, required: ['what'] } } }], { tool_choice: 'note' }).invoke(messages);
  assert.equal(called.tool_calls[0].name, 'note');
  assert.equal(typeof called.tool_calls[0].args.what, 'string');

  await assert.rejects(new ChatOpenAI({ model: 'none', apiKey, maxRetries: 0, configuration: { baseURL } }).invoke(messages), { status: 404 });
});
