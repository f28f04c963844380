const { assert, OpenAI, client, upload, create, ended, lines, run } = require('./common.cjs');

// 'own': the upstream has /v1/responses; 'chat': it has not.
const [, , upstream] = process.argv;

const tool = { type: 'function', name: 'note', description: 'Notes it.', strict: true, parameters: { type: 'object', properties: { what: { type: 'string' } }, required: ['what'], additionalProperties: false } };
const asked = {
  text: { input: 'Write one line.', instructions: 'Be brief.', max_output_tokens: 200, metadata: { who: 'me' } },
  items: { input: [{ role: 'user', content: [{ type: 'input_text', text: 'Write one line.' }, { type: 'input_image', detail: 'low', image_url: 'data:image/png;base64,iVBORw0KGgo=' }] }] },
  schema: { input: 'Give a title.', text: { format: { type: 'json_schema', name: 'title', strict: true, schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'], additionalProperties: false } } } },
  ...(upstream === 'chat' && { call: { input: 'Note it.', tools: [tool], tool_choice: { type: 'function', name: 'note' } } }),
  ...(upstream === 'chat' && { earlier: { input: 'Go on.', previous_response_id: 'resp_1' } }),
};

const textOf = (body) => body.output[0].content[0].text;

run(async () => {
  const response = await client.responses.create({ model: 'gpt-4o-mini', ...asked.text });
  assert.ok(response.output_text.length > 0);
  assert.equal(/chatcmpl/.test(response.id), upstream === 'chat');
  const refused = { model: 'gpt-4o-mini', ...asked.text, ...(upstream === 'chat' ? { previous_response_id: 'resp_1' } : { stream: true }) };
  await assert.rejects(client.responses.create(refused), (e) => e instanceof OpenAI.BadRequestError && e.param === Object.keys(refused).at(-1));
  const { data } = await client.embeddings.create({ model: 'text-embedding-3-small', input: ['a', 'b'] });
  assert.equal(data.length, 2);
  assert.equal((await client.completions.create({ model: 'gpt-4o-mini', prompt: 'One line.' })).object, 'text_completion');

  const file = await upload(Object.entries(asked).map(([id, body]) => JSON.stringify({
    custom_id: id, method: 'POST', url: '/v1/responses', body: { model: 'gpt-4o-mini', ...body },
  })).join('\n'));
  const batch = await ended(await create(file, { endpoint: '/v1/responses' }));
  assert.equal(batch.status, 'completed');
  assert.equal(batch.endpoint, '/v1/responses');

  const output = Object.fromEntries((await lines(batch.output_file_id)).map((l) => [l.custom_id, l.response]));
  assert.deepEqual(Object.keys(output).sort(), Object.keys(asked).filter((id) => id !== 'earlier').sort());
  for (const { status_code: status, body } of Object.values(output)) {
    assert.equal(status, 200);
    assert.equal(body.object, 'response');
    assert.equal(body.status, 'completed');
    assert.equal(/chatcmpl/.test(body.id), upstream === 'chat');
    assert.equal(body.usage.total_tokens, body.usage.input_tokens + body.usage.output_tokens);
  }
  assert.ok(textOf(output.text.body).length > 0);
  assert.ok(textOf(output.items.body).length > 0);
  assert.equal(typeof JSON.parse(textOf(output.schema.body)).title, 'string');
  const sum = (of) => Object.values(output).reduce((n, r) => n + of(r.body.usage), 0);
  assert.equal(batch.usage.input_tokens, sum((u) => u.input_tokens));
  assert.equal(batch.usage.output_tokens, sum((u) => u.output_tokens));
  assert.ok(batch.usage.output_tokens > 0);

  if (upstream === 'chat') {
    assert.deepEqual(output.text.body.metadata, { who: 'me' });
    const call = output.call.body.output.find((item) => item.type === 'function_call');
    assert.equal(call.name, 'note');
    assert.equal(typeof JSON.parse(call.arguments).what, 'string');
    const [earlier] = await lines(batch.error_file_id);
    assert.equal(earlier.response.status_code, 400);
    assert.equal(earlier.response.body.error.param, 'previous_response_id');
    assert.deepEqual(batch.request_counts, { total: 5, completed: 4, failed: 1 });
  }
});
