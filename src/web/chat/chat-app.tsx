import { useState } from 'preact/hooks';
import { Button, IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { language, speak } from '../ui/language.ts';
import { erase, history, isOpenFailed, openChat, trouble } from './chat-state.ts';
import { Composer } from './composer.tsx';
import { Messages } from './messages.tsx';
import { NameForm } from './name-form.tsx';
import { words } from './words.ts';

export function ChatApp() {
  const w = words();
  const now = history.value;
  return (
    <div class="chat">
      <ChatHead />
      <p class="chat-emergency">
        <Icon name="warning" />
        <span>
          {w.emergency} <a href="tel:192">192</a>
        </span>
      </p>
      <main class="chat-body">
        {!now && !isOpenFailed.value && <p class="chat-wait soft">{w.opening}</p>}
        {isOpenFailed.value && (
          <div class="chat-wait stack tight" role="alert">
            <p>{w.notOpened}</p>
            <Button onClick={() => void openChat()}>{w.again}</Button>
          </div>
        )}
        {now && !now.name && <NameForm />}
        {now?.name && <Messages />}
        {trouble.value && (
          <p class="chat-trouble" role="alert">
            {trouble.value}
          </p>
        )}
        {now?.name && <Composer />}
      </main>
    </div>
  );
}

function ChatHead() {
  const w = words();
  const next = language.value === 'pt' ? 'en' : 'pt';
  const now = history.value;
  return (
    <header class="chat-head">
      <div class="chat-title">
        <h1>{now?.clinic.name ?? w.assistant}</h1>
        {now && <p class="small">{now.isHeld ? w.person : w.assistant}</p>}
      </div>
      {now?.name && <Erase />}
      <Button look="quiet" lang={next === 'pt' ? 'pt-BR' : 'en'} onClick={() => speak(next)}>
        {w.otherLanguage}
      </Button>
    </header>
  );
}

function Erase() {
  const w = words();
  const [isAsked, setAsked] = useState(false);
  if (!isAsked) return <IconButton icon="trash" label={w.erase} onClick={() => setAsked(true)} />;
  return (
    <div class="chat-erase" role="alertdialog" aria-label={w.erase}>
      <p>{w.eraseAsk}</p>
      <div class="row end">
        <Button autoFocus onClick={() => setAsked(false)}>
          {w.eraseNo}
        </Button>
        <Button
          look="danger"
          onClick={() => {
            setAsked(false);
            void erase();
          }}
        >
          {w.eraseYes}
        </Button>
      </div>
    </div>
  );
}
