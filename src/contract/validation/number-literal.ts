/**
 * A number as the client wrote it, where JavaScript's number would not keep its digits: with a
 * fraction, an exponent, or more digits than are always exact. Nothing is rounded unseen (F8).
 */
export class NumberLiteral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number, where it is exactly what was written; else undefined. */
  get exact(): number | undefined {
    const value = Number(this.text);
    if (!Number.isFinite(value)) return undefined;
    return decimal(this.text) === decimal(String(value)) ? value : undefined;
  }

  /** As error sentences show it. */
  toJSON(): string {
    return this.text;
  }
}

/** A decimal's digits and magnitude, the same for every way to write it. */
function decimal(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // By hand: the pattern for zeros at the end costs the square of the length where they stand inside.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  if (end === 0) return '0';
  return `${sign}${digits.slice(0, end)}e${digits.length - end - fraction.length + Number(exponent)}`;
}
