function tables = load_session(folder)
% Loads an export of sledmon: every table as a struct of columns.
%
%   tables = load_session('the folder');
%   plot(tables.curves.distance_m, tables.curves.velocity_mps, '.')
%   load_session                                 prints what is there
%
% Text is a cell array, everything else a column of numbers; unknown is '' or NaN.
% MATLAB R2016b or newer, or GNU Octave 7 or newer, reads .csv. Parquet and Excel files need
% MATLAB (parquetread, readtable), which gives tables instead of structs.

  if nargin < 1
    folder = '.';
  end
  package = jsondecode(fileread(fullfile(folder, 'datapackage.json')));
  tables = struct();
  for i = 1:numel(package.resources)
    resource = nth(package.resources, i);
    path = fullfile(folder, resource.path);
    switch resource.format
      case 'csv'
        tables.(resource.name) = read_columns(path, resource.schema.fields);
      case 'parquet'
        tables.(resource.name) = parquetread(path);
      case 'xlsx'
        tables.(resource.name) = readtable(path, 'Sheet', resource.dialect.sheetName);
      otherwise
        error('load_session:format', '%s: use load_session.py for this format', path);
    end
    if nargout == 0
      fprintf('%s: %d columns in %s\n', resource.name, numel(resource.schema.fields), path);
    end
  end
  if nargout == 0
    clear tables
  end
end

function columns = read_columns(path, fields)
  % Quotes and empty fields make lines differ: fields are cut by hand, one pass over the file.
  text = fileread(path);
  count = numel(fields);
  inside = mod(cumsum(text == '"'), 2) == 1;
  ends = find((text == ',' | text == sprintf('\n')) & ~inside);
  starts = [1, ends(1:end - 1) + 1];
  rows = numel(ends) / count - 1;
  columns = struct();
  for i = 1:count
    field = nth(fields, i);
    cells = cell(rows, 1);
    for row = 1:rows
      k = row * count + i;
      cells{row} = text(starts(k):ends(k) - 1);
    end
    if strcmp(field.type, 'string')
      quoted = ~cellfun(@isempty, regexp(cells, '^"', 'once'));
      cells(quoted) = cellfun(@(cut) strrep(cut(2:end - 1), '""', '"'), cells(quoted), ...
                              'UniformOutput', false);
      columns.(field.name) = cells;
    else
      columns.(field.name) = str2double(cells);
    end
  end
end

function item = nth(list, i)
  % What jsondecode gives for a list: a struct array where all keys agree, else a cell array.
  if iscell(list)
    item = list{i};
  else
    item = list(i);
  end
end
