/**
 * The source text of a number in a request that JavaScript may round: one with a fraction, an exponent
 * or more than 15 digits (F8).
 */
export class NumberLiteral {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** The number, or undefined if JavaScript rounds it. */
  get exact(): number | undefined {
    const value = Number(this.text);
    if (!Number.isFinite(value)) return undefined;
    return decimal(this.text) === decimal(String(value)) ? value : undefined;
  }

  /** Error sentences contain the number as it was sent. */
  toJSON(): string {
    return this.text;
  }
}

/** A canonical text of a decimal: its significant digits and exponent. */
function decimal(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  // A pattern for trailing zeros would take quadratic time on zeros inside.
  let end = digits.length;
  while (digits[end - 1] === '0') end--;
  if (end === 0) return '0';
  return `${sign}${digits.slice(0, end)}e${digits.length - end - fraction.length + Number(exponent)}`;
}
