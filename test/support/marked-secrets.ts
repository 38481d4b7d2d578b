import { createHash, randomBytes } from 'node:crypto';

/** Secrets that are found wherever they get to: none is part of any other text. */
export class MarkedSecrets {
  readonly #forms = new Map<string, string>();

  /** Makes a secret of a kind, which its texts end in. */
  make(kind: string): string {
    return this.add(kind, `Hu5h-${randomBytes(8).toString('hex')}`);
  }

  /** Makes a secret that is a uuid. */
  makeUuid(kind: string): string {
    return this.add(
      kind,
      randomBytes(16)
        .toString('hex')
        .replace(/^(.{12})./, '$14')
        .replace(/^(.{16})./, '$1a'),
    );
  }

  /** Adds a text, with its encoded forms, to those searched for. */
  add(kind: string, text: string): string {
    const digest = createHash('sha512').update(text).digest('hex');
    const forms = [
      text,
      digest,
      Buffer.from(text).toString('base64').replace(/=+$/, ''),
      encodeURIComponent(text),
    ];
    for (const form of forms) this.#forms.set(form, kind);
    return text;
  }

  get count(): number {
    return this.#forms.size;
  }

  /** The secrets found in a text, each with its context. */
  foundIn(text: string): string[] {
    return [...this.#forms].flatMap(([form, kind]) => {
      const at = text.indexOf(form);
      return at < 0 ? [] : [`${kind}: ${text.slice(Math.max(0, at - 80), at + form.length + 20)}`];
    });
  }
}
