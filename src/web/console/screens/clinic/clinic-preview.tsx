import { Callout, Loaded } from '../../../ui/feedback.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { type ClinicWork, previewOf } from './clinic-data.ts';
import { words } from './words.ts';

/** What callers will be offered: the same text as `npm run clinic -- check` prints. */
export function ClinicPreview({ work }: { work: ClinicWork }) {
  const w = words();
  const { id } = work.view;
  const preview = useRemote((signal) => previewOf(id, signal), [id]);
  return (
    <Loaded remote={preview} lines={12}>
      {({ isDraft, text }) => (
        <>
          <Callout tone={isDraft ? 'warn' : 'info'}>
            {isDraft ? w.previewOfDraft : w.previewNow}
          </Callout>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by the keyboard. */}
          <pre class="panel clinic-preview" tabIndex={0}>
            {text}
          </pre>
        </>
      )}
    </Loaded>
  );
}
