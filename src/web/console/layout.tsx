import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { SessionView } from '../../console/session-view.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Callout } from '../ui/feedback.tsx';
import { Icon } from '../ui/icons.tsx';
import { language, speak } from '../ui/language.ts';
import { Menu } from '../ui/menu.tsx';
import { theme, wear } from '../ui/theme.ts';
import { useAction } from '../ui/use-action.ts';
import { Navigation } from './navigation.tsx';
import { PasswordForm } from './password-form.tsx';
import { router } from './router.ts';
import { chooseClinic, clinic, signOut } from './session.ts';
import { words } from './words.ts';

/** What stands around every screen. */
export function Layout({ person, children }: { person: SessionView; children: ComponentChildren }) {
  const w = words();
  return (
    <div class="layout">
      <a class="skip button main" href="#content">
        {w.skip}
      </a>
      <header class="bar no-print">
        <SmallNavigation person={person} />
        <a class="brand" href={router.href('/')} aria-label={w.product}>
          <Icon name="phone" />
          <span>{w.product}</span>
        </a>
        <ClinicSwitch person={person} />
        <span class="grow" />
        <Choices />
        <Account person={person} />
      </header>
      <aside class="side no-print">
        <Navigation role={person.role} />
      </aside>
      <main id="content" class="content" tabIndex={-1}>
        {person.clinics.length === 0 && <Callout tone="warn">{w.noClinic}</Callout>}
        {children}
      </main>
    </div>
  );
}

/** The same navigation behind a button, where the screen is narrow. Going somewhere closes it. */
function SmallNavigation({ person }: { person: SessionView }) {
  const w = words();
  const [isOpen, setOpen] = useState(false);
  const place = router.place.value;
  useEffect(() => setOpen(false), [place]);
  return (
    <div class="small-navigation">
      <IconButton icon="menu" label={w.openNavigation} onClick={() => setOpen(true)} />
      {isOpen && (
        <Dialog title={w.navigation} onClose={() => setOpen(false)}>
          <Navigation role={person.role} />
        </Dialog>
      )}
    </div>
  );
}

function ClinicSwitch({ person }: { person: SessionView }) {
  const current = clinic.value;
  if (!current) return null;
  if (person.clinics.length === 1) return <span class="clinic-name">{current.name}</span>;
  return (
    <select
      class="input clinic-switch"
      aria-label={words().clinic}
      value={current.id}
      onChange={(event) => chooseClinic(event.currentTarget.value)}
    >
      {person.clinics.map(({ id, name }) => (
        <option key={id} value={id} selected={id === current.id}>
          {name}
        </option>
      ))}
    </select>
  );
}

/** Appearance and language; on the sign-in page too. */
export function Choices() {
  const w = words();
  return (
    <>
      <Menu
        label={w.theme}
        items={[
          { text: w.system, onChoose: () => wear('system'), isChosen: theme.value === 'system' },
          { text: w.light, onChoose: () => wear('light'), isChosen: theme.value === 'light' },
          { text: w.dark, onChoose: () => wear('dark'), isChosen: theme.value === 'dark' },
        ]}
      >
        <Icon name={theme.value === 'dark' ? 'moon' : 'sun'} />
      </Menu>
      <Menu
        label={`${language.value.toUpperCase()} · ${w.language}`}
        items={[
          { text: 'Português', onChoose: () => speak('pt'), isChosen: language.value === 'pt' },
          { text: 'English', onChoose: () => speak('en'), isChosen: language.value === 'en' },
        ]}
      >
        {language.value.toUpperCase()}
      </Menu>
    </>
  );
}

function Account({ person }: { person: SessionView }) {
  const w = words();
  const [changes, setChanges] = useState(false);
  const leaving = useAction(signOut);
  return (
    <>
      <Menu
        label={`${person.name} ${w[person.role]} · ${w.account}`}
        items={[
          { text: w.password, icon: 'lock', onChoose: () => setChanges(true) },
          { text: w.leave, icon: 'leave', onChoose: () => void leaving.run() },
        ]}
      >
        <Icon name="person" />
        <span class="account-name">
          {person.name} <span class="soft small">{w[person.role]}</span>
        </span>
      </Menu>
      {changes && (
        <Dialog title={w.changeOwn} onClose={() => setChanges(false)}>
          <PasswordForm onDone={() => setChanges(false)} />
        </Dialog>
      )}
    </>
  );
}

/** Kept beside the layout: the one way out that is always there. */
export function LeaveButton() {
  const leaving = useAction(signOut);
  return (
    <Button icon="leave" isBusy={leaving.isRunning} onClick={() => void leaving.run()}>
      {words().leave}
    </Button>
  );
}
