import type { ComponentChildren } from 'preact';
import { t } from '../texts/text.ts';
import { Form } from './form.tsx';

/** Texts longer than this, in characters, are shown without colours. */
const HIGHLIGHTED_MAX = 100_000;

/** What is coloured in YAML and JSON; keys before strings, since those of JSON are strings too. */
const TOKENS = new RegExp(
  [
    /(?<comment>(?<=^|\s)#.*$)/,
    /(?<key>"(?:[^"\\\n]|\\.)*"(?=\s*:)|(?<=^[\s-]*)[\w./-]+(?=:(?:\s|$)))/,
    /(?<string>"(?:[^"\\\n]|\\.)*"|'(?:[^'\n]|'')*')/,
    /(?<literal>(?<![\w./-])(?:true|false|null|-?\d+(?:\.\d+)?)(?![\w./-]))/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'gm',
);

function highlight(text: string): ComponentChildren {
  if (text.length > HIGHLIGHTED_MAX) return text;
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const { 0: token, index, groups = {} } of text.matchAll(TOKENS)) {
    const kind = Object.keys(groups).find((name) => groups[name] !== undefined);
    parts.push(text.slice(end, index), <span class={`token-${kind}`}>{token}</span>);
    end = index + token.length;
  }
  return [...parts, text.slice(end)];
}

/** A text of several lines that can be copied; the label is for screen readers. */
export function Code({ label, text }: { label: string; text: string }) {
  return (
    <div class="code-block">
      <section aria-label={label} tabIndex={0}>
        <pre>{highlight(text)}</pre>
      </section>
      {/* Browsers have a clipboard on https and for the machine itself only. */}
      {navigator.clipboard && (
        <Form button={t('copy')} send={() => navigator.clipboard.writeText(text)} />
      )}
    </div>
  );
}
