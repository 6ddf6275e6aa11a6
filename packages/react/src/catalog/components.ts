import type { CatalogName } from "@berth/protocol";
import type { ComponentType, ReactNode } from "react";
import { Alert } from "./Alert.tsx";
import { Badge } from "./Badge.tsx";
import { Button } from "./Button.tsx";
import { Card } from "./Card.tsx";
import { Code } from "./Code.tsx";
import { BarChart } from "./charts/BarChart.tsx";
import { LineChart } from "./charts/LineChart.tsx";
import type { ComponentProps } from "./component-props.ts";
import { Divider } from "./Divider.tsx";
import { DownloadButton } from "./DownloadButton.tsx";
import { DateField } from "./dates/DateField.tsx";
import { EmptyState } from "./EmptyState.tsx";
import { Checkbox } from "./fields/Checkbox.tsx";
import { FileField } from "./fields/FileField.tsx";
import { NumberField } from "./fields/NumberField.tsx";
import { RadioGroup } from "./fields/RadioGroup.tsx";
import { Select } from "./fields/Select.tsx";
import { Switch } from "./fields/Switch.tsx";
import { TextField } from "./fields/TextField.tsx";
import { Form } from "./form/Form.tsx";
import { Grid } from "./Grid.tsx";
import { Heading } from "./Heading.tsx";
import { Image } from "./Image.tsx";
import { List } from "./List.tsx";
import { Modal } from "./Modal.tsx";
import { Markdown } from "./markdown/Markdown.tsx";
import { Drawer } from "./overlays/Drawer.tsx";
import { Menu } from "./overlays/Menu.tsx";
import { Toast } from "./overlays/Toast.tsx";
import { Page } from "./Page.tsx";
import { Progress } from "./Progress.tsx";
import { Spinner } from "./Spinner.tsx";
import { Stack } from "./Stack.tsx";
import { Stat } from "./Stat.tsx";
import { Tabs } from "./Tabs.tsx";
import { Text } from "./Text.tsx";
import { Table } from "./table/Table.tsx";
import { Tree } from "./tree/Tree.tsx";

const components: {
  readonly [Name in CatalogName]: ComponentType<ComponentProps<Name>>;
} = Object.freeze({
  Page,
  Stack,
  Grid,
  Card,
  Text,
  Heading,
  Button,
  TextField,
  NumberField,
  Select,
  Checkbox,
  FileField,
  DownloadButton,
  Tabs,
  Table,
  Stat,
  LineChart,
  BarChart,
  Badge,
  Alert,
  Spinner,
  EmptyState,
  Form,
  DateField,
  Switch,
  RadioGroup,
  Markdown,
  Code,
  Tree,
  Image,
  List,
  Progress,
  Divider,
  Modal,
  Drawer,
  Toast,
  Menu,
});

/** A component of the catalog whose name is known only at run time. */
export type CatalogComponent = ComponentType<
  Readonly<Record<string, unknown>> & { readonly children?: ReactNode }
>;

/**
 * The React component of every name in the catalog.
 *
 * The caller answers for the properties: they must have passed the catalog's schema of that name.
 */
// The names and properties belong together by the receiver's check, which no type can say here.
export const catalogComponents = components as unknown as Readonly<
  Record<CatalogName, CatalogComponent>
>;
