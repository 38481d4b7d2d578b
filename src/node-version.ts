/** The oldest supported release of Node.js, as in `engines` of package.json. */
export const NODE_MIN = '22.18';

/** @returns an error message if this release of Node.js, such as `20.19.5`, is too old; else undefined */
export function nodeVersionError(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [majorMin = 0, minorMin = 0] = NODE_MIN.split('.').map(Number);
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return undefined;
  return `Node.js ${NODE_MIN} or later is required, but this is ${version}.`;
}
