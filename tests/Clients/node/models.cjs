const { assert, OpenAI, client, run } = require('./common.cjs');

run(async () => {
  const ids = [];
  for await (const model of client.models.list()) {
    assert.equal(model.object, 'model');
    ids.push(model.id);
  }
  assert.ok(ids.includes('gpt-4o-mini'), `${ids}`);
  assert.equal((await client.models.retrieve('gpt-4o-mini')).id, 'gpt-4o-mini');
  await assert.rejects(client.models.retrieve('none/such'), (e) => e instanceof OpenAI.NotFoundError && e.code === 'model_not_found' && e.param === 'model');
});
