/** Uuids of the first jobs that together reach so many bytes. */
export function firstWithin(
  bytesMax: number,
  jobs: readonly { uuid: string; bytes: number }[],
): string[] {
  let bytes = 0;
  const first: string[] = [];
  for (const job of jobs) {
    if (bytes >= bytesMax) break;
    bytes += job.bytes;
    first.push(job.uuid);
  }
  return first;
}
