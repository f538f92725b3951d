import type { Role } from './roles.ts';

/** Answer of GET and POST /console/api/session: who is signed in here. */
export interface SessionView {
  user: { id: string; login: string; name: string; role: Role };
  /** The clinics this person may see, in the order of the switch; never empty for somebody who may see one. */
  clinics: ClinicName[];
  /** The password was given by an admin: nothing else is answered (403 `password-change-needed`) until it is changed. */
  mustChangePassword: boolean;
}

export interface ClinicName {
  id: string;
  name: string;
  timeZone: string;
}

/** Body of POST /console/api/session. Refused: 401 `wrong-credentials`, 429 `locked` with Retry-After (s), 503 `no-users`. */
export interface SignInWish {
  login: string;
  password: string;
}

/** Body of PUT /console/api/session/password; answers a SessionView. Refused: 403 `wrong-credentials`, 400 `weak-password`. */
export interface PasswordWish {
  current: string;
  next: string;
}
