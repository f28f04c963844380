const { assert, run } = require('./common.cjs');
const { createOpenAICompatible } = require('@ai-sdk/openai-compatible');
const { generateText, streamText, tool, Output } = require('ai');
const { z } = require('zod');

const { OPENAI_BASE_URL: baseURL, OPENAI_API_KEY: apiKey } = process.env;
const model = createOpenAICompatible({ name: 'drover', baseURL, apiKey, includeUsage: true, supportsStructuredOutputs: true })('gpt-4o-mini');
const prompt = 'Write three lines about the sea.';

const used = ({ inputTokens, outputTokens, totalTokens }) => {
  assert.ok(inputTokens > 0 && outputTokens > 0);
  assert.equal(totalTokens, inputTokens + outputTokens);
};

run(async () => {
  const plain = await generateText({ model, prompt });
  assert.equal(plain.finishReason, 'stop');
  used(plain.usage);

  const streamed = streamText({ model, prompt });
  const pieces = [];
  for await (const piece of streamed.textStream) pieces.push(piece);
  assert.ok(pieces.length > 3, `${pieces.length} pieces`);
  assert.equal(pieces.join(''), plain.text);
  assert.equal(await streamed.finishReason, 'stop');
  assert.deepEqual(await streamed.usage, plain.usage);

  const notes = { note: tool({ description: 'Notes it.', inputSchema: z.object({ what: z.string() }) }) };
  const toolChoice = { type: 'tool', toolName: 'note' };
  const { toolCalls: [called] } = await generateText({ model, prompt, tools: notes, toolChoice });
  assert.equal(called.toolName, 'note');
  assert.equal(typeof called.input.what, 'string');
  const [streamedCall] = await streamText({ model, prompt, tools: notes, toolChoice }).toolCalls;
  assert.deepEqual(streamedCall.input, called.input);

  const { output } = await generateText({ model, prompt, output: Output.object({ schema: z.object({ title: z.string(), lines: z.array(z.string()) }) }) });
  assert.equal(typeof output.title, 'string');

  await assert.rejects(generateText({ model: createOpenAICompatible({ name: 'drover', baseURL, apiKey })('none'), prompt, maxRetries: 0 }), { statusCode: 404 });
});
