/**
 * Splits a URL that names several hosts, such as `postgres://USER@HOST:PORT,HOST:PORT/DATABASE`.
 * @returns a URL for each host
 */
export function hostUrls(url: string): string[] {
  const [, start = '', hosts = '', end = ''] =
    /^(\w+:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s.exec(url) ?? [];
  return hosts.split(',').map((host) => start + host + end);
}

/** A database's URL without user and password. */
export function databaseName(url: string): string {
  const urls = hostUrls(url).map((each) => new URL(each));
  return urls.map(({ host }) => host).join() + urls[0]?.pathname;
}
