/** What was published of each clinic, its calendar addresses, and who is not to be contacted. */
export const clinicTables = `
create table clinic_versions (
  clinic text not null,
  number integer not null check (number >= 1),
  record json not null,
  primary key (clinic, number)
);

create table clinic_drafts (
  clinic text primary key,
  record json not null
);

create table calendar_feeds (
  id text primary key,
  position bigint generated always as identity,
  record json not null
);

-- History: only added to, one writer at a time, so that numbers become visible in their order.
create table opt_out_steps (
  number bigint primary key,
  op text not null check (op in ('add', 'remove')),
  e164 text not null,
  at_ms bigint not null,
  channel text not null
);
create index opt_out_steps_by_person on opt_out_steps (e164, number);
`;
