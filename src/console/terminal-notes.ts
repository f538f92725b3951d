import type { Log } from '../platform/log.ts';
import type { AuditTrail } from './audit-store.ts';
import type { UserStore } from './user-store.ts';

/** How often it is looked for, ms: a file's date is read. */
const everyMs = 10_000;

/**
 * Writes into the trail what `npm run user` did, which cannot write there itself while the server does.
 * @returns ends it
 */
export function keepTerminalNotes(parts: {
  users: Pick<UserStore, 'notes' | 'forgetNotes'>;
  trail: Pick<AuditTrail, 'append'>;
  log: Log;
}): () => void {
  const { users, trail, log } = parts;
  let isBusy = false;
  const take = async () => {
    const notes = await users.notes();
    for (const { at, action, object, by } of notes) {
      const detail = { terminal: by.slice(0, 60) };
      await trail.append({
        at,
        user: 'terminal',
        login: '',
        role: '',
        ip: '',
        action,
        object,
        detail,
      });
    }
    // Dying before this line writes them twice, never not at all.
    if (notes.length > 0) await users.forgetNotes(notes.map(({ id }) => id));
  };
  const look = () => {
    if (isBusy) return;
    isBusy = true;
    take()
      .catch((err) => log.error({ err }, 'changes made at a terminal are not in the trail yet'))
      .finally(() => {
        isBusy = false;
      });
  };
  look();
  const timer = setInterval(look, everyMs).unref();
  return () => clearInterval(timer);
}
