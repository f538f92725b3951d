import type { AuditRowView } from '../../../../console/audit-view.ts';
import { Dialog } from '../../../ui/dialog.tsx';
import { dateText, timeText } from '../../../ui/formats.ts';
import { router } from '../../router.ts';
import { clinic } from '../../session.ts';
import { actionText } from './action-words.ts';
import { whoText } from './who-text.ts';
import { words } from './words.ts';

/** Everything that one row says, and the ways on from it. */
export function AuditRowDialog({ row, onClose }: { row: AuditRowView; onClose: () => void }) {
  const w = words();
  const zone = clinic.value?.timeZone;
  const facts: [string, string | undefined][] = [
    [w.when, `${dateText(row.at, zone)} ${timeText(row.at, zone, true)}`],
    [w.who, whoText(row)],
    [w.role, row.role],
    [w.what, `${actionText(row.action)} (${row.action})`],
    [w.which, row.object],
    [w.patient, row.patient],
    [w.clinic, row.clinicId],
    [w.ip, row.ip],
    ...Object.entries(row.detail ?? {}).map(([name, value]): [string, string] => [
      name,
      String(value),
    ]),
  ];
  const ways: [string, string | undefined, string][] = [
    ['object', row.object, w.sameObject],
    ['patient', row.patient, w.samePatient],
    ['user', row.user, w.samePerson],
  ];
  return (
    <Dialog title={w.line(row.seq)} onClose={onClose}>
      <dl class="audit-facts">
        {facts
          .filter(([, value]) => value)
          .map(([name, value]) => (
            <div key={name} class="audit-fact">
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <ul class="stack">
        {ways
          .filter(([, value]) => value)
          .map(([name, value, text]) => (
            <li key={name}>
              <a
                href={router.href(`/audit?${new URLSearchParams({ [name]: value ?? '' })}`)}
                onClick={onClose}
              >
                {text}
              </a>
            </li>
          ))}
      </ul>
    </Dialog>
  );
}
