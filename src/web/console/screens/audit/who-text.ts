import type { AuditRowView } from '../../../../console/audit-view.ts';
import { words } from './words.ts';

export function whoText({ user, login }: Pick<AuditRowView, 'user' | 'login'>): string {
  const w = words();
  if (user === 'system') return w.system;
  if (user === 'terminal') return w.terminal;
  return login || user || w.nobody;
}
