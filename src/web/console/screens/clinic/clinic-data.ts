import type {
  ChangesView,
  ClinicView,
  EditWish,
  PreviewView,
  VersionsView,
} from '../../../../console/clinic-view.ts';
import { ApiProblem, problemText } from '../../../ui/api.ts';
import { notify } from '../../../ui/notices.tsx';
import { type Remote, useRemote } from '../../../ui/use-remote.ts';
import { api } from '../../session.ts';
import { words } from './words.ts';

export type Edit = EditWish['edit'];

/** What the parts of the screen work with. */
export interface ClinicWork {
  view: ClinicView;
  /** Auditors only look. */
  mayEdit: boolean;
  edit(change: Edit): Promise<void>;
  saveText(text: string): Promise<void>;
  publish(note: string): Promise<void>;
  discard(): Promise<void>;
  goBack(version: number, note: string): Promise<void>;
}

export function useClinic(id: string): Remote<ClinicView> {
  return useRemote(
    (signal) => api<ClinicView>('GET', `/clinics/${id}`, undefined, { signal }),
    [id],
  );
}

/** Each change answers with the clinic as it is then; whoever is late sees the newest, and is told. */
export function workOn(remote: Remote<ClinicView>, view: ClinicView, mayEdit: boolean): ClinicWork {
  const path = `/clinics/${view.id}`;
  const revision = view.draft?.revision ?? 0;
  const change = async (method: 'PUT' | 'POST' | 'DELETE', rest: string, body?: unknown) => {
    try {
      remote.put(await api<ClinicView>(method, `${path}${rest}`, body));
    } catch (error) {
      if (!(error instanceof ApiProblem) || error.code !== 'stale') throw error;
      notify('bad', words().stale);
      remote.reload();
      throw error;
    }
  };
  return {
    view,
    mayEdit,
    edit: (edit) => change('POST', '/edit', { revision, edit }),
    saveText: (text) => change('PUT', '/draft', { revision, text }),
    publish: (note) => change('POST', '/publish', { revision, note }),
    discard: () => change('DELETE', '/draft'),
    goBack: (version, note) => change('POST', '/restore', { version, note }),
  };
}

/** Trouble of a change; that somebody was faster has been told already. */
export function tellTrouble(error: unknown): void {
  if (error instanceof ApiProblem && error.code === 'stale') return;
  notify('bad', problemText(error));
}

export const previewOf = (id: string, signal: AbortSignal) =>
  api<PreviewView>('GET', `/clinics/${id}/preview`, undefined, { signal });

export const versionsOf = (id: string, signal: AbortSignal) =>
  api<VersionsView>('GET', `/clinics/${id}/versions`, undefined, { signal });

export const changesOf = (id: string, from: number, to: number | 'draft', signal: AbortSignal) =>
  api<ChangesView>('GET', `/clinics/${id}/changes?from=${from}&to=${to}`, undefined, { signal });
