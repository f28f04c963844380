const net = require('node:net');
const { assert, client, run } = require('./common.cjs');
const { EventSource } = require('eventsource');
const { createEventSource } = require('eventsource-client');
const { fetchEventSource } = require('@microsoft/fetch-event-source');

// The third is written for browsers and asks for these.
globalThis.window = globalThis;
globalThis.document = { hidden: false, addEventListener() {}, removeEventListener() {} };

const base = new URL(client.baseURL);
const request = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Tell me of drovers and their cattle, 牛 🐂.' }] };

/** A way to the server on which each connection is lost after so many bytes. */
const lossy = (bytes) => new Promise((resolve) => {
  const server = net.createServer((from) => {
    server.connections++;
    const to = net.connect(base.port, base.hostname);
    let left = bytes;
    from.on('error', () => to.destroy()).pipe(to);
    to.on('error', () => from.destroy()).on('end', () => from.end()).on('data', (data) => {
      from.write(data.subarray(0, left));
      if ((left -= data.length) <= 0) {
        to.destroy();
        setTimeout(() => from.destroy(), 20);
      }
    });
  });
  server.connections = 0;
  server.listen(0, '127.0.0.1', () => resolve(server));
});

const transcript = () => {
  const it = { text: '', ids: [] };
  it.done = new Promise((resolve, reject) => {
    it.take = (data, id) => {
      it.ids.push(id);
      if (data === '[DONE]') return resolve();
      const chunk = JSON.parse(data);
      if (chunk.error) return reject(new Error(chunk.error.message));
      it.text += chunk.choices[0]?.delta?.content ?? '';
    };
  });
  return it;
};

const clients = {
  'eventsource': (url, it) => {
    const source = new EventSource(url);
    source.onmessage = (e) => it.take(e.data, e.lastEventId);
    return () => source.close();
  },
  'eventsource-client': (url, it) => {
    const source = createEventSource({ url, onMessage: ({ data, id }) => it.take(data, id) });
    return () => source.close();
  },
  '@microsoft/fetch-event-source': (url, it) => {
    const stop = new AbortController();
    fetchEventSource(url, { signal: stop.signal, openWhenHidden: true, onmessage: (e) => it.take(e.data, e.id) });
    return () => stop.abort();
  },
};

const start = async () => {
  const answer = await fetch(`${base.href}/chat/completions`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ ...request, stream: true }),
  });
  await answer.body.cancel();
  return answer.headers.get('x-drover-stream-id');
};

run(async () => {
  const uncut = (await client.chat.completions.create(request)).choices[0].message.content;
  await Promise.all(Object.entries(clients).map(async ([name, connect]) => {
    const way = await lossy(6000);
    const it = transcript();
    const close = connect(`http://127.0.0.1:${way.address().port}/v1/streams/${await start()}`, it);
    await it.done;
    close();
    way.close();
    assert.equal(it.text, uncut, name);
    assert.equal(new Set(it.ids).size, it.ids.length, name);
    assert.ok(way.connections > 2, `${name} came ${way.connections} times`);
  }));

  // A POST that is sent again with Last-Event-ID, as the third client does, goes on with its stream and pays nothing twice.
  const way = await lossy(6000);
  const it = transcript();
  const streams = new Set();
  const stop = new AbortController();
  fetchEventSource(`http://127.0.0.1:${way.address().port}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...request, stream: true }),
    signal: stop.signal,
    openWhenHidden: true,
    onopen: async (answer) => void streams.add(answer.headers.get('x-drover-stream-id')),
    onmessage: (e) => it.take(e.data, e.id),
  });
  await it.done;
  stop.abort();
  way.close();
  assert.equal(it.text, uncut);
  assert.equal(streams.size, 1);

  // The SDK itself: ids, comments and the rest of what is added are no business of its.
  let text = '';
  let usage = null;
  for await (const chunk of await client.chat.completions.create({ ...request, stream: true, stream_options: { include_usage: true } })) {
    text += chunk.choices[0]?.delta?.content ?? '';
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, uncut);
  assert.ok(usage.completion_tokens > 0);
  process.exit(0);
});
