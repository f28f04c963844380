const assert = require('node:assert/strict');
const OpenAI = require('openai');

// Clients that would also talk to anybody else fail.
const { fetch } = globalThis;
globalThis.fetch = (input, init) => {
  assert.equal(new URL(input.url ?? input).hostname, '127.0.0.1');
  return fetch(input, init);
};

const client = new OpenAI({ maxRetries: 2 });

/** So many request lines, each with a body of its own. */
const requests = (count, prefix = 'r', model = 'gpt-4o-mini') => Array.from({ length: count }, (_, i) => JSON.stringify({
  custom_id: `${prefix}${i}`,
  method: 'POST',
  url: '/v1/chat/completions',
  body: { model, messages: [{ role: 'user', content: `Write one line about number ${i}.` }] },
})).join('\n') + '\n';

const upload = async (text, name = 'in.jsonl') =>
  client.files.create({ file: await OpenAI.toFile(Buffer.from(text), name), purpose: 'batch' });

const create = (file, more = {}) => client.batches.create({
  input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h', ...more,
});

const ended = async (batch) => {
  while (!['completed', 'failed', 'expired', 'cancelled'].includes(batch.status)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    batch = await client.batches.retrieve(batch.id);
  }
  return batch;
};

const lines = async (fileId) => (await (await client.files.content(fileId)).text()).trim().split('\n').map((l) => JSON.parse(l));

const run = (main) => main().catch((e) => {
  console.error(e);
  process.exit(1);
});

module.exports = { assert, OpenAI, client, requests, upload, create, ended, lines, run };
