/** Doctors and institutions: a list of each, and a page of each one. The address says which. */

import '../shared/tokens.css';
import '../shared/list.css';
import './staff.css';

import { Bar } from '../shared/bar';
import { mount } from '../shared/mount';
import { takeTheme } from '../shared/storage';
import { copiesPlainly } from '../shared/text';
import { DoctorPage } from './doctor';
import { Doctors } from './doctors';
import { InstitutionPage, Institutions } from './institutions';

takeTheme();
copiesPlainly();

const [, list, written = ''] = location.pathname.split('/');

function App() {
  if (list === 'institutions') return written ? <InstitutionPage written={written} /> : <Institutions />;
  return written ? <DoctorPage written={written} /> : <><h1>Doctors</h1><Doctors /></>;
}

document.title = list === 'institutions' ? 'Institutions · MediMax' : 'Doctors · MediMax';
mount(<><Bar /><main><App /></main></>);
