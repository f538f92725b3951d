import { Loaded } from '../../../ui/feedback.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { changesOf } from './clinic-data.ts';
import { words } from './words.ts';

const marks = { same: ' ', gone: '−', added: '+' } as const;

/** Two versions compared, line by line. */
export function ClinicChanges({
  id,
  from,
  to,
}: {
  id: string;
  from: number;
  to: number | 'draft';
}) {
  const w = words();
  const changes = useRemote((signal) => changesOf(id, from, to, signal), [id, from, to]);
  return (
    <Loaded remote={changes}>
      {({ parts }) =>
        parts.length === 0 ? (
          <p class="soft">{w.sameText}</p>
        ) : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard.
          <section class="clinic-changes" tabIndex={0} aria-label={w.note}>
            {parts.map(({ skipped, firstLine, lines }) => (
              <ol key={firstLine}>
                {skipped > 0 && <li class="clinic-skipped">{w.skipped(skipped)}</li>}
                {lines.map(({ kind, text }, at) => (
                  <li key={at} class={`clinic-line ${kind}`}>
                    <span aria-hidden="true">{marks[kind]}</span>
                    {kind !== 'same' && <span class="unseen">{w[kind]}: </span>}
                    <code>{text}</code>
                  </li>
                ))}
              </ol>
            ))}
          </section>
        )
      }
    </Loaded>
  );
}
