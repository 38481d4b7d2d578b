/**
 * Makes the formatter of every date on the wire: `Nov 25, 2025 11:51:50 AM`, which is en-US, without
 * padding, to the second (decision 7).
 *
 * @param timeZone an IANA zone
 * @returns a function from milliseconds since the epoch to the text
 * @throws RangeError for a zone the runtime doesn't know
 */
export function dateFormatter(timeZone: string): (milliseconds: number) => string {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
    hour12: true,
  });
  let last = { second: Number.NaN, text: '' };
  return (milliseconds) => {
    const second = Math.floor(milliseconds / 1000);
    // Most dates told in a row are the same: a resource's two, its images' too.
    if (second !== last.second) last = { second, text: assemble(format, milliseconds) };
    return last.text;
  };
}

function assemble(format: Intl.DateTimeFormat, milliseconds: number): string {
  const part: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const { type, value } of format.formatToParts(milliseconds)) part[type] = value;
  // Assembled by hand: the runtime puts a comma after the year, and some a U+202F before AM.
  return `${part.month} ${part.day}, ${part.year} ${part.hour}:${part.minute}:${part.second} ${part.dayPeriod}`;
}
