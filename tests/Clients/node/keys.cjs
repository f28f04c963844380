const { assert, OpenAI, client, run } = require('./common.cjs');

run(async () => {
  assert.ok(Array.isArray((await client.files.list()).data));
  for (const [apiKey, code] of [['sk-wrong', 'invalid_api_key'], [' ', null]]) {
    const other = new OpenAI({ apiKey });
    for (const call of [() => other.files.list(), () => other.batches.list(), () => other.models.list(), () => other.get('/nothing')]) {
      await assert.rejects(call, (e) => e instanceof OpenAI.AuthenticationError && e.status === 401
        && e.type === 'invalid_request_error' && e.code === code && e.param === null && !e.message.includes('sk-wrong'));
    }
  }
});
