import { useState } from 'preact/hooks';
import type { AppointmentLine } from '../../../../console/agenda-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Dialog } from '../../../ui/dialog.tsx';
import { Badge, EmptyState } from '../../../ui/feedback.tsx';
import { SearchField } from '../../../ui/field.tsx';
import { dateText } from '../../../ui/formats.ts';
import { useAction } from '../../../ui/use-action.ts';
import { api } from '../../session.ts';
import { statusWord, words } from './words.ts';

/** Letters of a name, digits of a number: less finds everybody. */
const shortest = 3;

/** A patient's visits. */
export function SearchBox({
  clinic,
  onChoose,
}: {
  clinic: string;
  onChoose: (line: AppointmentLine) => void;
}) {
  const w = words();
  const [text, setText] = useState('');
  const [found, setFound] = useState<AppointmentLine[]>();
  const search = useAction(async () => {
    if (text.trim().length < shortest) return;
    const query = new URLSearchParams({ clinic, q: text.trim() });
    const answer = await api<{ appointments: AppointmentLine[] }>('GET', `/appointments?${query}`);
    setFound(answer.appointments);
  });
  return (
    <>
      <search class="agenda-search no-print">
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void search.run();
          }}
        >
          <SearchField label={w.searchLabel} value={text} onValue={setText} />
        </form>
      </search>
      {found && (
        <Dialog title={w.searchTitle} onClose={() => setFound(undefined)}>
          {found.length === 0 && <EmptyState icon="search" title={w.searchNone} />}
          <ul class="agenda-lines">
            {found.map((line) => (
              <li key={line.id}>
                <span class="grow">
                  <b>{line.patient}</b> <span class="figures soft">{line.protocol}</span>
                  <br />
                  {dateText(line.day)} {line.time} · {line.service}{' '}
                  {line.practitioner && `· ${line.practitioner}`}
                </span>
                <Badge>{statusWord(line.status, w)}</Badge>
                <Button
                  onClick={() => {
                    setFound(undefined);
                    onChoose(line);
                  }}
                >
                  {w.goToDay}
                </Button>
              </li>
            ))}
          </ul>
        </Dialog>
      )}
    </>
  );
}
