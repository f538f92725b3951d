/** Who may come in, who is in, and what they did. */
export const accessTables = `
create table users (
  id text primary key,
  position bigint generated always as identity,
  login text not null unique,
  record json not null
);

create table user_notes (
  id text primary key,
  position bigint generated always as identity,
  record json not null
);

create table sessions (
  key text primary key,
  user_id text not null,
  epoch integer not null,
  started_at_ms bigint not null,
  used_at_ms bigint not null
);
create index sessions_by_user on sessions (user_id);

-- The row as it was hashed, and beside it what is searched by: a verification compares both.
create table audit_rows (
  seq bigint primary key,
  at text collate "C" not null,
  login_id text not null,
  action text not null,
  clinic text,
  object text,
  patient text,
  line text not null
);
create index audit_rows_by_user on audit_rows (login_id, seq);
create index audit_rows_by_object on audit_rows (object, seq);
create index audit_rows_by_patient on audit_rows (patient, seq);

-- One row: whoever appends locks it, so that all servers write one chain.
create table audit_head (
  is_only boolean primary key default true check (is_only),
  seq bigint not null,
  hash text not null
);
insert into audit_head (seq, hash) values (0, repeat('0', 64));
`;
