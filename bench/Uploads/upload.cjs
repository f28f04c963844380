// A file of 200 MB and 50,000 lines, sent by the Node SDK as a stream, and its batch run to the end: what the host's memory does meanwhile.
//   dotnet build -c Release src/LocalHost && dotnet build -c Release src/Simulator
//   (cd tests/Clients/npm && npm ci) && node bench/Uploads/upload.cjs [megabytes] [lines]
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawn } = require('node:child_process');

const root = path.join(__dirname, '..', '..');
const OpenAI = require(path.join(root, 'tests', 'Clients', 'npm', 'node_modules', 'openai'));
const [megabytes, lines] = [Number(process.argv[2] ?? 200), Number(process.argv[3] ?? 50000)];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'drover-upload-'));

const start = (program, args, env) => {
  const child = spawn('dotnet', [path.join(root, 'src', program), ...args], { cwd: folder, env: { ...process.env, ...env } });
  child.address = new Promise((resolve, reject) => {
    let said = '';
    const read = (data) => {
      said += data;
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(said)));
  });
  return child;
};

const status = (pid, name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);

const main = async (children) => {
  const simulator = start('Simulator/bin/Release/net10.0/drover-simulator.dll', ['--latency', '20', '--answer-words', '10']);
  children.push(simulator);
  const host = start('LocalHost/bin/Release/net10.0/drover.dll', ['serve', '--port', '0', '--concurrency', '200'], {
    OPENAI_BASE_URL: `${await simulator.address}/v1`, OPENAI_API_KEY: 'sk-bench', AzureWebJobsStorage: '',
  });
  children.push(host);
  const client = new OpenAI({ baseURL: `${await host.address}/v1`, apiKey: 'none', timeout: 600_000 });
  await client.files.create({ file: new File(['{}\n'], 'warm.jsonl'), purpose: 'batch' });

  const name = path.join(folder, 'large.jsonl');
  const file = fs.createWriteStream(name);
  const padding = 'lorem ipsum '.repeat(Math.ceil(megabytes * 1e6 / lines / 12)).slice(0, megabytes * 1e6 / lines - 170);
  for (let i = 0; i < lines; i++) {
    const line = { custom_id: `${i}`, method: 'POST', url: '/v1/chat/completions', body: { model: 'gpt-4o-mini', max_tokens: 16, messages: [{ role: 'user', content: `${i} ${padding}` }] } };
    if (!file.write(`${JSON.stringify(line)}\n`)) await new Promise((resolve) => file.once('drain', resolve));
  }
  await new Promise((resolve) => file.end(resolve));
  const show = (what, seconds) => console.log(
    `${what.padEnd(22)} ${seconds === undefined ? '' : `${seconds.toFixed(1)} s`.padStart(8)}   resident ${status(host.pid, 'VmRSS')} MB, peak ${status(host.pid, 'VmHWM')} MB`);
  const timed = async (what, act) => {
    const began = Date.now();
    const result = await act();
    show(what, (Date.now() - began) / 1000);
    return result;
  };

  show('before');
  const stored = await timed('upload', () => client.files.create({ file: fs.createReadStream(name), purpose: 'batch' }));
  console.log(`${(stored.bytes / 1e6).toFixed(1)} MB stored`);
  const batch = await timed('batch to the end', async () => {
    let b = await client.batches.create({ input_file_id: stored.id, endpoint: '/v1/chat/completions', completion_window: '24h' });
    while (!['completed', 'failed', 'expired', 'cancelled'].includes(b.status)) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      b = await client.batches.retrieve(b.id);
    }
    return b;
  });
  console.log(batch.status, JSON.stringify(batch.request_counts), JSON.stringify(batch.errors));
  await timed('download of the output', async () => {
    let bytes = 0;
    for await (const chunk of (await client.files.content(batch.output_file_id)).body) bytes += chunk.length;
    console.log(`${(bytes / 1e6).toFixed(1)} MB read`);
  });
};

const children = [];
main(children).then(() => 0, (e) => { console.error(e); return 1; }).then(async (code) => {
  for (const child of children.reverse()) {
    await new Promise((resolve) => { child.on('close', resolve); child.kill('SIGTERM'); });
  }
  fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10 }); // Azurite may still write.
  process.exit(code);
});
