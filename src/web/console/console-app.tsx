import { useSignalEffect } from '@preact/signals';
import { ErrorState, Skeleton } from '../ui/feedback.tsx';
import { Notices } from '../ui/notices.tsx';
import { CurrentScreen } from './current-screen.tsx';
import { Layout } from './layout.tsx';
import { PasswordForm } from './password-form.tsx';
import { lookForSession, session } from './session.ts';
import { SignIn } from './sign-in.tsx';
import { words } from './words.ts';

/** The page for whoever is, or is not, signed in. */
export function ConsoleApp() {
  return (
    <>
      <Page />
      <Notices />
    </>
  );
}

function Page() {
  const now = session.value;
  useSignalEffect(() => {
    if (session.value.state !== 'in') document.title = words().product;
  });
  switch (now.state) {
    case 'looking':
      return (
        <main class="door">
          <Skeleton lines={3} />
        </main>
      );
    case 'unknown':
      return (
        <main class="door">
          <ErrorState error={now.error} onAgain={() => void lookForSession()} />
        </main>
      );
    case 'out':
      return <SignIn why={now.why} />;
    case 'in':
      if (now.view.mustChangePassword) return <PasswordForm isForced />;
      return (
        <Layout person={now.view}>
          <CurrentScreen role={now.view.role} />
        </Layout>
      );
  }
}
