export { registerGradients } from './register.ts';
