import '../ui/styles/index.css';
import './styles/console.css';
import { render } from 'preact';
import { ConsoleApp } from './console-app.tsx';
import { lookForSession } from './session.ts';

const page = document.getElementById('page');
if (page) render(<ConsoleApp />, page);
void lookForSession();
