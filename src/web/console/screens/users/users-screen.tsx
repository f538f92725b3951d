import { useState } from 'preact/hooks';
import type { UserListView, UserView } from '../../../../console/user-view.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge, EmptyState, Loaded } from '../../../ui/feedback.tsx';
import { dateText } from '../../../ui/formats.ts';
import { type Column, Table } from '../../../ui/table.tsx';
import { useRemote } from '../../../ui/use-remote.ts';
import { ScreenHead } from '../../screen-head.tsx';
import { api, clinic, person } from '../../session.ts';
import { NewUserDialog } from './new-user-dialog.tsx';
import { PasswordDialog } from './password-dialog.tsx';
import { UserDialog } from './user-dialog.tsx';
import './users.css';
import { words } from './words.ts';

type Open =
  | { dialog: 'new' }
  | { dialog: 'user'; user: UserView }
  | { dialog: 'password'; user: UserView; password: string };

/** Who may sign in, as what, and where. */
export default function UsersScreen() {
  const w = words();
  const [open, setOpen] = useState<Open>();
  const list = useRemote((signal) => api<UserListView>('GET', '/users', undefined, { signal }), []);
  const mayChange = person.value?.role === 'admin';
  const close = () => setOpen(undefined);
  const showPassword = (user: UserView, password: string) => {
    setOpen({ dialog: 'password', user, password });
    list.reload();
  };
  return (
    <>
      <ScreenHead title={w.title}>
        {mayChange && (
          <Button look="main" icon="plus" onClick={() => setOpen({ dialog: 'new' })}>
            {w.add}
          </Button>
        )}
      </ScreenHead>
      <section class="panel flush">
        <Loaded remote={list}>
          {({ users }) =>
            users.length === 0 ? (
              <EmptyState icon="people" title={w.empty}>
                <p>{w.emptyText}</p>
              </EmptyState>
            ) : (
              <Table
                caption={w.caption}
                columns={columns()}
                rows={users}
                rowId={({ id }) => id}
                onOpen={(user) => setOpen({ dialog: 'user', user })}
              />
            )
          }
        </Loaded>
      </section>
      {open?.dialog === 'new' && <NewUserDialog onClose={close} onMade={showPassword} />}
      {open?.dialog === 'user' && (
        <UserDialog
          user={open.user}
          mayChange={mayChange}
          onClose={close}
          onChanged={list.reload}
          onPassword={showPassword}
        />
      )}
      {open?.dialog === 'password' && (
        <PasswordDialog name={open.user.name} password={open.password} onClose={close} />
      )}
    </>
  );
}

function columns(): Column<UserView>[] {
  const w = words();
  const names = new Map(person.value?.clinics.map(({ id, name }) => [id, name]));
  const zone = clinic.value?.timeZone;
  return [
    { id: 'name', title: w.name, cell: ({ name }) => name, sort: ({ name }) => name },
    { id: 'login', title: w.login, cell: ({ login }) => login, sort: ({ login }) => login },
    { id: 'role', title: w.role, cell: ({ role }) => w[role], sort: ({ role }) => w[role] },
    {
      id: 'clinics',
      title: w.clinics,
      cell: ({ clinics }) =>
        clinics === 'all' ? w.all : clinics.map((id) => names.get(id) ?? id).join(', '),
    },
    {
      id: 'state',
      title: w.state,
      cell: (user) => <UserState user={user} />,
      sort: ({ isDisabled, hasOneTimePassword }) => (isDisabled ? 2 : hasOneTimePassword ? 1 : 0),
    },
    {
      id: 'password',
      title: w.passwordSince,
      cell: ({ passwordChangedAt }) => dateText(passwordChangedAt, zone),
      sort: ({ passwordChangedAt }) => passwordChangedAt,
    },
  ];
}

function UserState({ user }: { user: UserView }) {
  const w = words();
  if (user.isDisabled) return <Badge>{w.disabled}</Badge>;
  if (user.hasOneTimePassword) return <Badge tone="warn">{w.oneTime}</Badge>;
  return <Badge tone="good">{w.active}</Badge>;
}
