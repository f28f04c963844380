// node shrink.js FOLDER SECONDS AT-ONCE: shrinks the folder's images round and round; prints images a second and CPU seconds an image.
const sharp = require('sharp');
const { readdirSync, promises } = require('fs');
const { join } = require('path');

const [folder, seconds, atOnce] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])];
const files = readdirSync(folder).map(name => join(folder, name));
sharp.cache(false);

let next = 0, done = 0;
const worker = async until => {
  while (performance.now() < until) {
    const file = await promises.readFile(files[next++ % files.length]);
    await sharp(file).rotate().resize(1920, 1080, { fit: 'inside', withoutEnlargement: true }).jpeg({ quality: 85 }).toBuffer();
    done++;
  }
};

(async () => {
  await Promise.all(Array.from({ length: atOnce }, () => worker(performance.now() + 2000)));
  done = 0;
  const [start, cpu] = [performance.now(), process.cpuUsage()];
  await Promise.all(Array.from({ length: atOnce }, () => worker(start + seconds * 1000)));
  const used = process.cpuUsage(cpu);
  console.log(`${done / ((performance.now() - start) / 1000)} ${(used.user + used.system) / 1e6 / done}`);
})();
