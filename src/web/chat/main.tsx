import '../ui/styles/index.css';
import './styles/chat.css';
import { render } from 'preact';
import { ChatApp } from './chat-app.tsx';
import { openChat } from './chat-state.ts';

const page = document.getElementById('page');
if (new URLSearchParams(location.search).has('embedded'))
  document.documentElement.dataset.embedded = '';
if (page) render(<ChatApp />, page);
void openChat();
