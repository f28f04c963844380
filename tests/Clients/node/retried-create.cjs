const { assert, OpenAI, client, requests, upload, run } = require('./common.cjs');

run(async () => {
  const file = await upload(requests(2));
  const count = async () => {
    const ids = [];
    for await (const b of client.batches.list({ limit: 100 })) if (b.input_file_id === file.id) ids.push(b.id);
    return ids;
  };

  // The first answer is lost on its way back, so the SDK asks again.
  let lost = 0;
  const lossy = new OpenAI({
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      if (lost++ === 0) {
        await answer.text();
        throw new TypeError('fetch failed');
      }
      return answer;
    },
  });
  const asked = { input_file_id: file.id, endpoint: '/v1/chat/completions', completion_window: '24h', metadata: { a: '1' } };
  const batch = await lossy.batches.create(asked);
  assert.equal(lost, 2);
  assert.deepEqual(await count(), [batch.id]);

  // Asked for anew, it is another one.
  const second = await client.batches.create(asked);
  assert.deepEqual(await count(), [second.id, batch.id]);
});
