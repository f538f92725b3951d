import type { Role } from './roles.ts';

/** Somebody who may sign in, as administrators and auditors see them. */
export interface UserView {
  id: string;
  login: string;
  name: string;
  role: Role;
  clinics: 'all' | string[];
  isDisabled: boolean;
  /** The password was given by somebody else and has not been changed yet. */
  hasOneTimePassword: boolean;
  /** ISO 8601, UTC. */
  createdAt: string;
  passwordChangedAt: string;
}

/** Answer of `GET /console/api/users`. */
export interface UserListView {
  users: UserView[];
}

/** Body of `POST /console/api/users`. Refused: 400 `invalid-request`, 409 `login-taken`, `too-many-users`. */
export interface NewUserWish {
  login: string;
  name: string;
  role: Role;
  clinics: 'all' | string[];
}

/** Body of `PATCH /console/api/users/:id`. Refused also with 409 `last-admin`. */
export interface UserChangeWish {
  name?: string;
  role?: Role;
  clinics?: 'all' | string[];
  isDisabled?: boolean;
}

/** Answer to a new user and to `POST /console/api/users/:id/password`: the password is shown this once. */
export interface NewPasswordView {
  user: UserView;
  password: string;
}
