import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Writes the licences of the packages that have these paths to dist/THIRD-PARTY-NOTICES. The folder licenses has the
 * texts that packages name and don't include.
 */
export function writeNotices(paths) {
  const pattern = /node_modules\/(.*node_modules\/)?(@[^/]+\/)?[^/]+/;
  const folders = new Set(paths.flatMap((path) => pattern.exec(path)?.[0] ?? []));
  const notices = [...folders].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
    const texts = [...files.map((file) => `${folder}/${file}`), `licenses/${name}.txt`]
      .filter((file) => existsSync(file))
      .map((file) => readFileSync(file, 'utf8').trim());
    return [`${name} ${version} (${license})`, ...texts].join('\n\n');
  });
  writeFileSync('dist/THIRD-PARTY-NOTICES', `${notices.sort().join('\n\n----\n\n')}\n`);
}
