/** What the gallery does beside being read: another order, colours, and a picture at a time by pointer or keys. It is readable without. */

/** The script. */
export const GALLERY_SCRIPT = `
const element = (id) => document.getElementById(id);
const cards = element('cards');
element('order').addEventListener('change', ({ target }) => {
  const key = target.value;
  cards.append(...[...cards.children].sort((one, other) => Number(one.dataset[key]) - Number(other.dataset[key])));
});
element('theme').addEventListener('change', ({ target }) => {
  document.documentElement.dataset.theme = target.value;
});
const viewer = element('viewer');
let shown;
const buttons = () => [...document.querySelectorAll('.picture')];
const show = (button) => {
  shown = button;
  const { src, alt } = button.querySelector('img');
  element('large').src = src;
  element('large').alt = alt;
  element('caption').textContent = alt;
  if (!viewer.open) viewer.showModal();
};
const step = (by) => {
  const all = buttons();
  show(all[(all.indexOf(shown) + by + all.length) % all.length]);
};
cards.addEventListener('click', ({ target }) => {
  const button = target.closest('.picture');
  if (button !== null) show(button);
});
element('back').addEventListener('click', () => step(-1));
element('next').addEventListener('click', () => step(1));
viewer.addEventListener('keydown', ({ key }) => {
  if (key === 'ArrowLeft') step(-1);
  if (key === 'ArrowRight') step(1);
});
viewer.addEventListener('click', ({ target }) => {
  if (target === viewer) viewer.close();
});
viewer.addEventListener('close', () => {
  shown.scrollIntoView({ block: 'nearest' });
  shown.focus();
});
`;
