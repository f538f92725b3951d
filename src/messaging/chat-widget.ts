/**
 * What a clinic's own site loads with one line: a button, and the chat in a frame when it is pressed. Runs in a page that is
 * not ours, so it takes nothing from it, leaves two elements, and sets styles one by one (no inline style text).
 */
export const chatWidget = `(function () {
  'use strict';
  var me = document.currentScript;
  if (!me || !me.src) return;
  var origin = new URL(me.src).origin;
  var english = /^en/i.test(document.documentElement.lang || '');
  var words = english
    ? { open: 'Chat with the clinic', close: 'Close the chat', frame: 'Chat with the clinic' }
    : { open: 'Conversar com a clínica', close: 'Fechar a conversa', frame: 'Conversa com a clínica' };
  var clinic = me.getAttribute('data-clinic');
  var button = document.createElement('button');
  var frame;
  function set(element, styles) {
    Object.keys(styles).forEach(function (name) { element.style.setProperty(name, styles[name]); });
  }
  button.type = 'button';
  button.textContent = words.open;
  button.setAttribute('aria-expanded', 'false');
  set(button, {
    position: 'fixed', right: '16px', bottom: '16px', 'z-index': '2147483000', padding: '12px 18px',
    border: '0', 'border-radius': '24px', background: '#0a665e', color: '#ffffff', font: '600 16px system-ui, sans-serif',
    cursor: 'pointer', 'box-shadow': '0 4px 16px rgb(0 0 0 / 25%)'
  });
  function show() {
    if (!frame) {
      frame = document.createElement('iframe');
      frame.title = words.frame;
      frame.src = origin + '/?embedded=1' + (clinic ? '&clinic=' + encodeURIComponent(clinic) : '');
      set(frame, {
        position: 'fixed', right: '16px', bottom: '76px', 'z-index': '2147483000', width: 'min(400px, calc(100vw - 32px))',
        height: 'min(640px, calc(100vh - 108px))', border: '1px solid rgb(0 0 0 / 20%)', 'border-radius': '12px',
        background: '#ffffff', 'box-shadow': '0 8px 32px rgb(0 0 0 / 30%)'
      });
      document.body.appendChild(frame);
    }
    var isOpen = button.getAttribute('aria-expanded') === 'true';
    frame.style.setProperty('display', isOpen ? 'none' : 'block');
    button.setAttribute('aria-expanded', isOpen ? 'false' : 'true');
    button.textContent = isOpen ? words.open : words.close;
    if (!isOpen) frame.focus();
  }
  button.addEventListener('click', show);
  document.addEventListener('keydown', function (event) {
    if (event.key === 'Escape' && button.getAttribute('aria-expanded') === 'true') { show(); button.focus(); }
  });
  function add() { document.body.appendChild(button); }
  if (document.body) add(); else document.addEventListener('DOMContentLoaded', add);
})();
`;
