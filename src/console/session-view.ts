import type { Role } from './roles.ts';

/** Answer of `GET` and `POST /console/api/session` and of `POST /console/api/session/password`: who is signed in here. */
export interface SessionView {
  userId: string;
  login: string;
  name: string;
  role: Role;
  /** The clinics this person may see, in the order of the switch; never empty for somebody who may see one. */
  clinics: ClinicName[];
  /** Until it is changed (`POST /console/api/session/password`), everything else answers 403 `password-change-needed`. */
  mustChangePassword: boolean;
  /** After so long without a request of the person they are signed out. Requests with `x-alo-unattended: 1` and event streams do not count. */
  idleMs: number;
  /** Signed out at this moment whatever happens; ISO 8601, UTC. */
  endsAt: string;
}

export interface ClinicName {
  id: string;
  name: string;
  timeZone: string;
}

/** Body of `POST /console/api/session`: 401 `sign-in-failed`, 429 `too-many-attempts` with Retry-After, 503 `no-users`. */
export interface SignInRequest {
  login: string;
  password: string;
}

/** Body of `POST /console/api/session/password`: 401 `wrong-password`, 400 `weak-password`, 429. */
export interface PasswordRequest {
  current: string;
  next: string;
}
