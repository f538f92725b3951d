import { computed, signal } from '@preact/signals';
import type { PasswordRequest, SessionView, SignInRequest } from '../../console/session-view.ts';
import { ApiProblem, createApi } from '../ui/api.ts';
import { remember, remembered } from '../ui/remembered.ts';

/** Whether somebody is signed in, as far as this page knows. */
export type Session =
  | { state: 'looking' }
  | { state: 'unknown'; error: unknown }
  | { state: 'out'; why: 'first' | 'expired' | 'left' }
  | { state: 'in'; view: SessionView };

export const session = signal<Session>({ state: 'looking' });

/** Requests of every screen. Whoever is no longer signed in is asked to sign in, on the same page. */
export const api = createApi('/console/api', () => {
  session.value = { state: 'out', why: session.value.state === 'in' ? 'expired' : 'first' };
});

/** Who works here; `undefined` only while nobody is signed in. */
export const person = computed(() =>
  session.value.state === 'in' ? session.value.view : undefined,
);

const chosenClinic = signal(remembered('clinic'));

/** The clinic that screens show: the chosen one, else the first this person may see. */
export const clinic = computed(() => {
  const clinics = person.value?.clinics ?? [];
  return clinics.find(({ id }) => id === chosenClinic.value) ?? clinics[0];
});

export function chooseClinic(id: string): void {
  remember('clinic', id);
  chosenClinic.value = id;
}

export async function lookForSession(): Promise<void> {
  try {
    enter(await api<SessionView>('GET', '/session'));
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) return;
    session.value = { state: 'unknown', error };
  }
}

export async function signIn(wish: SignInRequest): Promise<void> {
  enter(await api<SessionView>('POST', '/session', wish));
}

export async function changePassword(wish: PasswordRequest): Promise<void> {
  enter(await api<SessionView>('POST', '/session/password', wish));
}

export async function signOut(): Promise<void> {
  await api<void>('DELETE', '/session');
  session.value = { state: 'out', why: 'left' };
}

function enter(view: SessionView): void {
  session.value = { state: 'in', view };
}
