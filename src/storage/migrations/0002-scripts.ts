/** Scripts and their versions. `record` is `json` for the same reason as in the agenda's tables. */
export const scriptTables = `
create table scripts (
  id text primary key,
  revision integer not null check (revision >= 1),
  record json not null
);

create table script_versions (
  script_id text not null references scripts on delete cascade,
  version integer not null check (version >= 1),
  record json not null,
  primary key (script_id, version)
);
`;
