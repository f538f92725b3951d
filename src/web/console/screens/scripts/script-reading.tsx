import type { ScriptTextView } from '../../../../console/script-view.ts';
import { words } from './words.ts';

/** A script to be read, not changed. */
export function ScriptReading({ text }: { text: ScriptTextView }) {
  const w = words();
  return (
    <dl class="scripts-reading">
      <dt>{w.name}</dt>
      <dd>{text.name}</dd>
      <dt>{w.when}</dt>
      <dd>{text.when}</dd>
      <Lines title={w.examples} lines={text.examples} />
      <Lines title={w.questions} lines={text.questions.map(({ ask }) => ask)} />
      <Lines title={w.guidance} lines={text.guidance} />
      <Lines title={w.tools} lines={text.tools} />
      <dt>{w.finalMessage}</dt>
      <dd>{text.finalMessage}</dd>
    </dl>
  );
}

function Lines({ title, lines }: { title: string; lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <>
      <dt>{title}</dt>
      {lines.map((line) => (
        <dd key={line}>{line}</dd>
      ))}
    </>
  );
}
