import './styles/base.css';
import './styles/layout.css';
import './styles/components.css';
import './styles/resources.css';
import './styles/pages.css';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('app');
if (root) render(<App />, root);
